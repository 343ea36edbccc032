/** Comlink ships its Node adapter's typings under a name that TypeScript does not look for. */
declare module "comlink/dist/esm/node-adapter.mjs" {
  import type { Endpoint } from "comlink";
  import type { MessagePort, Worker } from "node:worker_threads";

  /** Makes a Node thread or port look like a Web one. */
  const nodeEndpoint: (port: MessagePort | Worker) => Endpoint;
  export default nodeEndpoint;
}
