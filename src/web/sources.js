/** What is to be planned: one or more texts, edited, uploaded or dropped. */
import { byId, html } from "./dom.js";
import { counted } from "./format.js";

/** @typedef {import("./api.js").Source} Source */

/** A text longer than this is shown but not edited here: a text box of many megabytes stalls the page. */
const MOST_EDITED = 400_000;
/** Larger files are not read at all; the server takes 32 MiB in one request. */
const LARGEST_FILE = 32 * 2 ** 20;

/**
 * @typedef {object} Sources
 * @property {() => Source[]} read         all texts that are not empty
 * @property {(list: Source[]) => void} replace
 * @property {() => void} onChange         called after the user changed something; set by the owner
 */

/** @returns {Sources} */
export function createSources() {
  const editor = byId("editor", HTMLTextAreaElement);
  const note = byId("editor-note", HTMLParagraphElement);
  const files = byId("files", HTMLDivElement);
  const upload = byId("upload", HTMLInputElement);
  const drop = byId("drop", HTMLDivElement);

  /** @type {Source[]} */
  let list = [{ name: "manifests.yaml", text: "" }];
  let current = 0;

  /** @type {Sources} */
  const sources = {
    read: () => list.filter((source) => source.text.trim() !== ""),
    replace: (next) => {
      list = next.length > 0 ? next : [{ name: "manifests.yaml", text: "" }];
      current = 0;
      show();
    },
    onChange: () => undefined,
  };

  function show() {
    current = Math.min(current, list.length - 1);
    const source = /** @type {Source} */ (list[current]);
    const whole = source.text.length <= MOST_EDITED;
    editor.value = whole ? source.text : `${source.text.slice(0, 4000)}\n…`;
    editor.readOnly = !whole;
    note.textContent = whole
      ? ""
      : `${(source.text.length / 2 ** 20).toFixed(1)} MiB: used in full, only its beginning is shown.`;
    files.replaceChildren(...list.map((entry, index) => chip(entry, index)));
    files.hidden = list.length === 1 && source.text === "";
  }

  /** @param {Source} source @param {number} index */
  function chip(source, index) {
    const choose = html(
      "button",
      { type: "button", class: "file", "aria-pressed": String(index === current) },
      source.name,
    );
    choose.addEventListener("click", () => {
      current = index;
      show();
    });
    const remove = html("button", { type: "button", class: "file-remove", "aria-label": `Remove ${source.name}` }, "×");
    remove.addEventListener("click", () => {
      list.splice(index, 1);
      if (list.length === 0) list.push({ name: "manifests.yaml", text: "" });
      show();
      sources.onChange();
      editor.focus();
    });
    return html("span", { class: "file-chip" }, choose, remove);
  }

  /** @param {Iterable<File>} added */
  async function add(added) {
    const refused = [];
    let count = 0;
    for (const file of added) {
      if (file.size > LARGEST_FILE) {
        refused.push(file.name);
        continue;
      }
      const source = { name: file.name, text: await file.text() };
      const same = list.findIndex((entry) => entry.name === file.name);
      if (same >= 0) list[same] = source;
      else if (list.length === 1 && list[0]?.text === "") list = [source];
      else list.push(source);
      count += 1;
    }
    current = list.length - 1;
    show();
    if (refused.length > 0)
      note.textContent = `Not read, larger than ${LARGEST_FILE / 2 ** 20} MiB: ${refused.join(", ")}.`;
    else note.textContent ||= `${counted(count, "file")} added.`;
    sources.onChange();
  }

  editor.addEventListener("input", () => {
    const source = list[current];
    if (source === undefined || editor.readOnly) return;
    source.text = editor.value;
    sources.onChange();
  });
  upload.addEventListener("change", () => {
    // A copy: the list itself empties when the field is cleared.
    void add([...(upload.files ?? [])]);
    upload.value = "";
  });
  drop.addEventListener("dragover", (event) => {
    event.preventDefault();
    drop.classList.add("over");
  });
  drop.addEventListener("dragleave", (event) => {
    if (!(event.relatedTarget instanceof Node && drop.contains(event.relatedTarget))) drop.classList.remove("over");
  });
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    drop.classList.remove("over");
    void add([...(event.dataTransfer?.files ?? [])]);
  });
  show();
  return sources;
}
