/** The API's docs as one page without scripts or foreign resources, made from the OpenAPI document. */
import { html } from "hono/html";
import type { ApiDocument, ApiOperation, ApiParameter, JsonSchema } from "./openapi.ts";

type Html = ReturnType<typeof html>;

/** Served beside the page: the content policy allows no styles inside it. */
export const DOCS_CSS = `:root { color-scheme: light dark; --line: #8886; --soft: #8882; --accent: light-dark(#0b5cad, #7db8f2); }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
h1 { margin: 0; } h2 { margin: 2.5rem 0 .5rem; } h3 { margin: 1.25rem 0 .25rem; font-size: 1rem; }
a { color: var(--accent); }
code, pre { font: .875em/1.5 ui-monospace, monospace; } pre { background: var(--soft); padding: .75rem 1rem; overflow-x: auto; border-radius: .4rem; }
table { border-collapse: collapse; width: 100%; margin: .25rem 0; } th, td { text-align: left; vertical-align: top; padding: .3rem .75rem .3rem 0; border-bottom: 1px solid var(--line); }
th { font-weight: 600; } td:first-child { white-space: nowrap; }
.method { font: 700 .8rem/1 ui-monospace, monospace; text-transform: uppercase; background: var(--accent); color: Canvas; padding: .2rem .45rem; border-radius: .25rem; vertical-align: middle; }
.type { color: color-mix(in srgb, currentColor 65%, transparent); }
nav { margin: 1rem 0; } nav a { margin-right: 1rem; }
.scroll { overflow-x: auto; }
`;

/** The whole page. */
export function docsPage(document: ApiDocument): Html {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>Plimsoll API ${document.info.version}</title>
        <link rel="icon" href="logo.svg" type="image/svg+xml" />
        <link rel="stylesheet" href="docs.css" />
      </head>
      <body>
        <h1>Plimsoll API</h1>
        <p>${document.info.description}</p>
        <nav><a href="./">Page</a> <a href="openapi.json">OpenAPI document</a> <a href="#schemas">Schemas</a></nav>
        <h3>Try it</h3>
        <pre>${EXAMPLES}</pre>
        ${operations.map(({ path, method, operation }) => section(path, method, operation))}
        <h2 id="schemas">Schemas</h2>
        ${Object.entries(document.components.schemas).map(([name, schema]) => schemaSection(name, schema))}
      </body>
    </html>`;
}

const EXAMPLES = `# the manifests themselves; options go into the query
curl -sS 'http://127.0.0.1:8080/v1/plan?timeLimit=2s' \\
  -H 'Content-Type: application/yaml' --data-binary @manifests.yaml

# manifests and options as JSON
curl -sS http://127.0.0.1:8080/v1/plan -H 'Content-Type: application/json' \\
  -d '{"manifests": [{"kind": "NodePool", ...}, {"kind": "Deployment", ...}], "options": {"timeLimit": "2s"}}'

# progress while it searches
curl -sSN http://127.0.0.1:8080/v1/plan -H 'Accept: text/event-stream' \\
  -H 'Content-Type: application/yaml' --data-binary @manifests.yaml`;

function section(path: string, method: string, operation: ApiOperation): Html {
  const { description, parameters = [], requestBody, responses } = operation;
  return html`<section id="${operation.operationId}">
    <h2><span class="method">${method}</span> <code>${path}</code></h2>
    <p>${operation.summary}.</p>
    ${description === undefined ? "" : html`<p>${inlineCode(description)}</p>`}
    ${parameters.length === 0 ? "" : parameterTable(parameters)}
    ${
      requestBody === undefined
        ? ""
        : html`<h3>Body</h3>
            <p>${contentTypes(requestBody.content)}</p>`
    }
    <h3>Answers</h3>
    <div class="scroll">
      <table>
        ${Object.entries(responses).map(
          ([status, response]) =>
            html`<tr>
              <td><code>${status}</code></td>
              <td>${response.description}</td>
              <td>${contentTypes(response.content)}</td>
            </tr>`,
        )}
      </table>
    </div>
  </section>`;
}

function parameterTable(parameters: readonly ApiParameter[]): Html {
  return html`<h3>Parameters</h3>
    <div class="scroll">
      <table>
        ${parameters.map(
          ({ description = "", in: place, name, schema }) =>
            html`<tr>
              <td><code>${name}</code></td>
              <td class="type">${place}, ${typeOf(schema)}</td>
              <td>${description}</td>
            </tr>`,
        )}
      </table>
    </div>`;
}

function contentTypes(content: Readonly<Record<string, { readonly schema: JsonSchema }>> = {}): Html {
  return html`${Object.entries(content).map(
    ([type, { schema }], index) => html`${index === 0 ? "" : ", "}<code>${type}</code> ${typeOf(schema)}`,
  )}`;
}

function schemaSection(name: string, schema: JsonSchema): Html {
  return html`<section id="${name}">
    <h3>${name}</h3>
    ${schema.description === undefined ? "" : html`<p>${schema.description}</p>`}
    <div class="scroll">
      <table>
        ${fieldRows(schema, "")}
      </table>
    </div>
  </section>`;
}

/** One row a field; those of inner objects follow with their path. */
function fieldRows(schema: JsonSchema, prefix: string): Html[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const path = `${prefix}${name}`;
    const optional = schema.required?.includes(name) === true ? "" : ", optional";
    const inner = field.type === "array" && field.items !== undefined ? field.items : field;
    const row = html`<tr>
      <td><code>${path}</code></td>
      <td class="type">${typeOf(field)}${optional}</td>
      <td>${field.description ?? ""}</td>
    </tr>`;
    return [row, ...fieldRows(inner, `${path}${inner === field ? "" : "[]"}.`)];
  });
}

function typeOf(schema: JsonSchema): Html {
  const name = schema.$ref?.split("/").at(-1);
  if (name !== undefined) return html`<a href="#${name}">${name}</a>`;
  if (schema.const !== undefined) return html`${JSON.stringify(schema.const)}`;
  if (schema.enum !== undefined) return html`${schema.enum.map(String).join(" | ")}`;
  if (schema.anyOf !== undefined) {
    return html`${schema.anyOf.map((option, index) => html`${index === 0 ? "" : " or "}${typeOf(option)}`)}`;
  }
  if (schema.type === "array") return html`list of ${schema.items === undefined ? "anything" : typeOf(schema.items)}`;
  if (schema.type === "object" && typeof schema.additionalProperties === "object" && schema.properties === undefined) {
    return html`map to ${typeOf(schema.additionalProperties)}`;
  }
  return html`${schema.type ?? "anything"}`;
}

/** Text between backticks as code. */
function inlineCode(text: string): Html {
  return html`${text.split("`").map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part))}`;
}
