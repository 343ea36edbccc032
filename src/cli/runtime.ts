/** What the command line needs from the composition root, which hands it in. */
import type { ServeSettings } from "../api/settings.ts";
import type { PlanService } from "../api/plan-service.ts";
import type { Catalog } from "../ports/catalog.ts";

export interface Planner {
  readonly plans: PlanService;
  close(): Promise<void>;
}

export interface ServerOptions {
  readonly settings: ServeSettings;
  readonly token: string | undefined;
  /** Ports after the wanted one to try when it is taken. */
  readonly portsToTry: number;
  readonly catalogPath: string | undefined;
}

export interface RunningServer {
  readonly url: string;
  /** Finishes what is in work, then closes everything. */
  stop(): Promise<void>;
}

/** Each call loads only what it needs: a plan for a few pods should not wait for an HTTP server's modules. */
export interface CliRuntime {
  readonly version: string;
  /** Node or Deno, with its version. */
  readonly platform: string;
  /** `searches`: at once for each plan, from different seeds; as many workers are wanted. */
  openPlanner(options: {
    readonly catalogPath: string | undefined;
    readonly workers: number;
    readonly searches: number;
  }): Promise<Planner>;
  openCatalog(path: string | undefined): Promise<Catalog>;
  startServer(options: ServerOptions): Promise<RunningServer>;
}
