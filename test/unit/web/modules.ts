/** The page's modules that need no browser, with the types that the tests use: they are JavaScript, typed by JSDoc. */
import type { PlanResponse } from "../../../src/api/plan-response.ts";

export interface Format {
  quantity(text: string | undefined): number;
  cpuText(cores: number): string;
  memoryText(bytes: number): string;
  requestsText(amounts: Readonly<Record<string, string>> | undefined): string;
  hourly(usd: number): string;
  monthly(usdPerHour: number): string;
  percent(share: number): string;
}

export interface ServerEvent {
  readonly event: string;
  readonly data: string;
}

export interface Api {
  events(stream: ReadableStream<Uint8Array>): AsyncIterable<ServerEvent>;
}

export interface Workload {
  readonly key: string;
  readonly title: string;
  readonly pods: number;
  readonly color: number;
}

export interface Drawn {
  readonly title: string;
  readonly segments: readonly { readonly workload: Workload; readonly pods: readonly string[] }[];
}

export interface Group {
  readonly nodes: readonly Drawn[];
  readonly first: Drawn;
}

export interface FleetModel {
  readWorkloads(plan: PlanResponse): { workloads: readonly Workload[]; byPod: ReadonlyMap<string, Workload> };
  groupNodes(plan: PlanResponse, byPod: ReadonlyMap<string, Workload>): readonly Group[];
  tanksOf(node: Drawn): readonly string[];
  fillOf(
    node: Drawn,
    resource: string,
  ): { readonly base: number; readonly parts: readonly { readonly share: number }[]; readonly used: number };
}

/** Loads a module of src/web by its file name. */
export async function load<T>(name: string): Promise<T> {
  return (await import(new URL(`../../../src/web/${name}`, import.meta.url).href)) as T;
}
