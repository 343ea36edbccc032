/** How the AMI families differ in what they leave to pods. */

export interface AmiFamilyTraits {
  readonly os: "linux" | "windows";
  /** Value of `node.kubernetes.io/windows-build`. */
  readonly windowsBuild?: string;
  /** The pod limit is that of the network interfaces; else it is {@link DEFAULT_MAX_PODS}. */
  readonly eniLimitedPods: boolean;
  /** kube-reserved memory follows the interface limit even when `maxPods` is set. */
  readonly eniLimitedMemoryReserve: boolean;
  readonly podsPerCore: boolean;
  readonly evictionSoft: boolean;
}

/** The kubelet's own pod limit. */
export const DEFAULT_MAX_PODS = 110;

const LINUX: AmiFamilyTraits = Object.freeze({
  os: "linux",
  eniLimitedPods: true,
  eniLimitedMemoryReserve: true,
  podsPerCore: true,
  evictionSoft: true,
});

const BOTTLEROCKET: AmiFamilyTraits = Object.freeze({
  ...LINUX,
  eniLimitedMemoryReserve: false,
  podsPerCore: false,
  evictionSoft: false,
});

const windows = (windowsBuild: string): AmiFamilyTraits =>
  Object.freeze({ ...LINUX, os: "windows", windowsBuild, eniLimitedPods: false, eniLimitedMemoryReserve: false });

const TRAITS: ReadonlyMap<string, AmiFamilyTraits> = new Map([
  ["bottlerocket", BOTTLEROCKET],
  ["windows2019", windows("10.0.17763")],
  ["windows2022", windows("10.0.20348")],
  ["windows2025", windows("10.0.26100")],
]);

/** AL2, AL2023, Ubuntu, Custom and any family unknown here are treated alike. Case does not matter. */
export function amiFamilyTraits(amiFamily: string): AmiFamilyTraits {
  return TRAITS.get(amiFamily.toLowerCase()) ?? LINUX;
}
