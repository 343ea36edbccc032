/** The page's files and the examples, read from beside the sources; only what is listed there is served. */
import { readFile, readdir } from "node:fs/promises";
import { z } from "zod";

export interface SiteFile {
  readonly body: Uint8Array<ArrayBuffer>;
  readonly contentType: string;
}

export const exampleSchema = z
  .object({ id: z.string(), title: z.string(), description: z.string() })
  .describe("Manifests to try; its text is at /v1/examples/{id}");

export type Example = z.infer<typeof exampleSchema>;

/** Files by name. All of them undefined, or an empty list, when the installation has none. */
export interface SiteFiles {
  page(): Promise<SiteFile | undefined>;
  asset(name: string): Promise<SiteFile | undefined>;
  examples(): Promise<readonly Example[]>;
  /** The YAML of one example. */
  example(id: string): Promise<string | undefined>;
}

const TYPES: ReadonlyMap<string, string> = new Map([
  ["html", "text/html; charset=utf-8"],
  ["js", "text/javascript; charset=utf-8"],
  ["css", "text/css; charset=utf-8"],
  ["svg", "image/svg+xml"],
  ["png", "image/png"],
  ["ico", "image/x-icon"],
  ["woff2", "font/woff2"],
  ["webmanifest", "application/manifest+json"],
]);

const indexSchema = z.array(exampleSchema.extend({ file: z.string().regex(/^[\w-]+\.ya?ml$/) }));

/**
 * Serves from two folders (with a slash at the end), without their subfolders.
 *
 * Folders are listed at each request and files read then: an edit shows at once, and a name never becomes a path.
 */
export function createSiteFiles(web: URL, examples: URL): SiteFiles {
  const asset = async (name: string): Promise<SiteFile | undefined> => {
    const contentType = TYPES.get(name.slice(name.lastIndexOf(".") + 1));
    if (contentType === undefined || !(await listFolder(web)).includes(name)) return undefined;
    return { body: new Uint8Array(await readFile(new URL(encodeURIComponent(name), web))), contentType };
  };
  const index = async (): Promise<z.infer<typeof indexSchema>> => {
    if (!(await listFolder(examples)).includes("index.json")) return [];
    return indexSchema.parse(JSON.parse(await readFile(new URL("index.json", examples), "utf8")));
  };
  return {
    page: () => asset("index.html"),
    asset,
    examples: async () => (await index()).map(({ id, title, description }) => ({ id, title, description })),
    example: async (id) => {
      const found = (await index()).find((example) => example.id === id);
      return found === undefined ? undefined : await readFile(new URL(found.file, examples), "utf8");
    },
  };
}

async function listFolder(folder: URL): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch {
    return [];
  }
}
