/** The page: reads what is to be planned, asks for the plan, shows it. */
import { ApiError, getCatalog, getExamples, getExampleText, postPlan, setToken } from "./api.js";
import { renderBill, verdict } from "./bill.js";
import { byId, html } from "./dom.js";
import { renderFleet } from "./fleet-view.js";
import { counted, hourly, percent } from "./format.js";
import { ignoredText, renderExplanation, renderProblem, renderRejected, renderUnplaced } from "./notes.js";
import { createSources } from "./sources.js";

/**
 * @typedef {import("../api/plan-response.ts").PlanResponse} Plan
 * @typedef {import("./api.js").Example} Example
 * @typedef {import("./api.js").Progress} Progress
 */

/** What a phase is called while it runs. */
const PHASES = new Map([
  ["read", "Reading manifests"],
  ["compile", "Matching pods and machines"],
  ["greedy", "Packing greedily"],
  ["bound", "Computing the bound"],
  ["mix", "Choosing the mix"],
  ["polish", "Polishing"],
  ["verify", "Checking the plan"],
]);

const form = byId("ask", HTMLFormElement);
const exampleSelect = byId("example", HTMLSelectElement);
const exampleNote = byId("example-note", HTMLParagraphElement);
const timeLimit = byId("time-limit", HTMLSelectElement);
const defaultPool = byId("default-pool", HTMLInputElement);
const planButton = byId("plan", HTMLButtonElement);
const cancelButton = byId("cancel", HTMLButtonElement);
const progress = byId("progress", HTMLDivElement);
const progressBar = byId("progress-bar", HTMLDivElement);
const progressText = byId("progress-text", HTMLParagraphElement);
const results = byId("results", HTMLElement);
const status = byId("status", HTMLParagraphElement);
const problemView = byId("problem", HTMLDivElement);
const planView = byId("plan-view", HTMLDivElement);
const empty = byId("empty", HTMLDivElement);

const sources = createSources();

/** @type {Example[]} */
let examples = [];
/** @type {AbortController | undefined} */
let running;

/** @param {unknown} error */
function showError(error) {
  const problem =
    error instanceof ApiError
      ? error.problem
      : { code: "PAGE", message: error instanceof Error ? error.message : String(error) };
  problemView.replaceChildren(renderProblem(problem));
  if (error instanceof ApiError && error.status === 401) problemView.append(tokenForm());
  empty.hidden = true;
}

/** Asks for the token that the server was started with. */
function tokenForm() {
  const input = html("input", { type: "password", id: "token", autocomplete: "current-password", required: true });
  const ask = html(
    "form",
    { class: "card token" },
    html("label", { for: "token" }, "Bearer token of this server"),
    input,
    html("button", { class: "button", type: "submit" }, "Use it"),
  );
  ask.addEventListener("submit", (event) => {
    event.preventDefault();
    setToken(input.value.trim());
    problemView.replaceChildren();
    void load();
  });
  return ask;
}

/** @param {Plan} plan */
function showPlan(plan) {
  const download = html("button", { type: "button", class: "button quiet" }, "Download JSON");
  download.addEventListener("click", () => save(plan));
  planView.replaceChildren(
    ...[
      renderBill(plan),
      renderUnplaced(plan),
      renderFleet(plan, status),
      renderExplanation(plan),
      renderRejected(plan),
      html("div", { class: "ending" }, download, html("p", { class: "note" }, ignoredText(plan))),
    ].filter((section) => section !== null),
  );
  empty.hidden = true;
  status.textContent = `Plan ready: ${hourly(plan.cost.hourlyUsd)} an hour, ${verdict(plan).text}, ${counted(plan.unschedulable.length, "pod")} left out.`;
  // Where the form is above the plan, go to it; beside it nothing needs to move.
  if (results.getBoundingClientRect().top > window.innerHeight * 0.6) results.focus();
}

/** @param {Plan} plan */
function save(plan) {
  const url = URL.createObjectURL(new Blob([JSON.stringify(plan, null, 2)], { type: "application/json" }));
  const link = html("a", { href: url, download: "plan.json" });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** @param {Progress} step @param {number} limitMs */
function showProgress(step, limitMs) {
  progressBar.style.setProperty("--share", String(Math.min(1, step.elapsedMs / Math.max(limitMs, 1))));
  const parts = [PHASES.get(step.phase) ?? step.phase];
  if (step.hourlyUsd !== undefined && step.hourlyUsd > 0) {
    parts.push(`best ${hourly(step.hourlyUsd)}/h`);
    if (step.lowerBoundUsd !== undefined && step.lowerBoundUsd > 0) {
      parts.push(
        `bound ${hourly(step.lowerBoundUsd)}/h`,
        `gap ${percent(Math.max(0, step.hourlyUsd / step.lowerBoundUsd - 1))}`,
      );
    }
  }
  progressText.textContent = parts.join(" · ");
}

/** @param {boolean} busy */
function setBusy(busy) {
  planButton.disabled = busy;
  cancelButton.hidden = !busy;
  progress.hidden = !busy;
  results.setAttribute("aria-busy", String(busy));
  planView.classList.toggle("stale", busy);
}

async function plan() {
  if (running !== undefined) return;
  problemView.replaceChildren();
  const list = sources.read();
  if (list.length === 0) {
    showError(
      new ApiError(0, {
        code: "NOTHING_TO_PLAN",
        message: "There are no manifests yet.",
        hint: "Choose an example, paste manifests or drop files.",
      }),
    );
    return;
  }
  const control = new AbortController();
  running = control;
  const limitMs = Number(timeLimit.value);
  const strategy = String(new FormData(form).get("strategy") ?? "ilp");
  setBusy(true);
  showProgress({ phase: "read", elapsedMs: 0 }, limitMs);
  status.textContent = "Planning.";
  try {
    showPlan(
      await postPlan(
        list,
        { timeLimitMs: limitMs, strategy, defaultNodePool: defaultPool.checked },
        control.signal,
        (step) => showProgress(step, limitMs),
      ),
    );
  } catch (error) {
    if (control.signal.aborted) status.textContent = "Cancelled.";
    else {
      planView.replaceChildren();
      status.textContent = "No plan.";
      showError(error);
    }
  } finally {
    running = undefined;
    setBusy(false);
  }
}

/** @param {string} id */
async function choose(id) {
  const example = examples.find((entry) => entry.id === id);
  exampleNote.textContent = example?.description ?? "";
  if (example === undefined) return;
  try {
    const text = await getExampleText(id);
    if (exampleSelect.value === id) sources.replace([{ name: `${id}.yaml`, text }]);
  } catch (error) {
    showError(error);
  }
}

async function start() {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void plan();
  });
  cancelButton.addEventListener("click", () => running?.abort());
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      void plan();
    }
    if (event.key === "Escape" && running !== undefined) running.abort();
  });
  exampleSelect.addEventListener("change", () => void choose(exampleSelect.value));
  sources.onChange = () => {
    exampleSelect.value = "";
    exampleNote.textContent = "";
  };

  await load();
}

/** Catalogue, examples and the first example's manifests. */
async function load() {
  const [catalog, list] = await Promise.allSettled([getCatalog(), getExamples()]);
  if (catalog.status === "fulfilled" && catalog.value !== undefined) {
    const { region, date, instanceTypes } = catalog.value;
    byId("catalog", HTMLParagraphElement).textContent =
      `${counted(instanceTypes, "EC2 type")} in ${region}, prices of ${date}`;
  }
  if (list.status === "rejected") {
    showError(list.reason);
    return;
  }
  examples = list.value;
  exampleSelect.length = 1;
  exampleSelect.append(...examples.map((example) => html("option", { value: example.id }, example.title)));
  const wanted = new URLSearchParams(location.hash.slice(1)).get("example") ?? examples[0]?.id;
  if (wanted !== undefined && sources.read().length === 0) {
    exampleSelect.value = wanted;
    await choose(exampleSelect.value);
  }
}

void start();
