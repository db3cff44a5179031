"use strict";
{
  const PAGE = 20;
  const { runs, items } = JSON.parse(document.getElementById("data").textContent);
  const several = runs.length > 1;
  const letter = (series) => String.fromCharCode(65 + series);
  const byId = (id) => document.getElementById(id);
  const controls = { q: byId("q"), task: byId("task"), check: byId("check"), only: byId("only") };
  const [list, counted, more] = [byId("list"), byId("counted"), byId("more")];
  const FLAGS = { truncated: "cut at the limit", empty: "empty reply", unclosed_reasoning: "reasoning not closed", unparsable: "calls unparsable", errors: "error" };
  let found = [], shown = 0;

  function element(tag, className, text) {
    const made = document.createElement(tag);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  }

  /* Text of a model: text nodes only; what Python made visible stands out. */
  function fill(parent, text) {
    for (const [index, part] of text.split(/(‹U\+[0-9A-F]{4,6}›)/).entries()) {
      if (part) parent.append(index % 2 ? element("span", "unseen", part) : part);
    }
    return parent;
  }

  const amount = (count, unit) => `${count.toLocaleString("en")} ${unit}${count === 1 ? "" : "s"}`;
  const failedChecks = (item) => item.sides.flatMap((side) => side.checks.filter((check) => !check.ok));
  const labels = (item) => new Set(failedChecks(item).flatMap((check) => check.outcome ? [check.name, check.outcome] : [check.name]));
  const kinds = (item) => new Set([...item.changes, ...item.sides.flatMap((side) => side.flags)]);
  const kindName = (kind) => {
    const [change, series] = kind.split(":");
    return series ? `${change} in ${letter(Number(series))}` : FLAGS[kind] || kind;
  };

  function haystack(item) {
    item.text ??= [
      item.task, item.id, ...item.tags, ...item.turns.map((turn) => turn.text),
      ...item.sides.flatMap((side) => [side.reply, side.error || "", ...(side.talk || []).map((said) => said.text), ...side.checks.map((check) => `${check.name} ${check.reason} ${check.outcome}`)]),
    ].join("\n").toLowerCase();
    return item.text;
  }

  function matches(item, words) {
    const { task, check, only } = controls;
    return (!task.value || item.task === task.value)
      && (!check.value || labels(item).has(check.value))
      && (!only.value || kinds(item).has(only.value))
      && words.every((word) => haystack(item).includes(word));
  }

  function checkLine(check) {
    const line = element("li", check.ok ? "passed" : "failed");
    line.append(fill(element("b"), check.name));
    if (check.outcome && !check.ok) line.append(" · ", check.outcome.replaceAll("_", " "));
    if (check.reason) fill(line, `: ${check.reason}`);
    return line;
  }

  function box(text) {
    const made = fill(element("pre"), text);
    made.dir = "auto";
    made.tabIndex = 0;
    return made;
  }

  function promptPane(item) {
    const pane = element("section", "prompt");
    for (const turn of item.turns) {
      pane.append(element("h4", "", item.turns.length === 1 ? "Prompt" : turn.role), box(turn.text));
    }
    return pane;
  }

  function replyPane(side) {
    const pane = element("section");
    const flags = side.flags.map((flag) => ` · ${FLAGS[flag] || flag}`).join("");
    const title = element("h4", "", "");
    if (several) title.append(element("span", `badge run-${side.run}`, letter(side.run)));
    const size = side.talk ? `${amount(side.replies, "reply").replace("replys", "replies")}, ended: ${side.ended}` : amount(side.length, "character");
    title.append(`${side.talk ? "Conversation" : "Reply"} · ${amount(side.tokens, "token")}, ${size}${flags}`);
    const checks = element("ul", "checks");
    if (side.error) checks.append(checkLine({ name: "error", ok: false, reason: side.error, outcome: "" }));
    checks.append(...side.checks.map(checkLine));
    pane.append(title, checks);
    for (const said of side.talk || []) {
      const failed = element("ul", "checks");
      failed.append(...said.failed.map(checkLine));
      pane.append(element("h4", "", said.role), box(said.text), failed);
    }
    if (!side.talk) pane.append(box(side.reply));
    return pane;
  }

  function card(item) {
    const made = element("article", "failure");
    const head = element("header");
    head.append(element("h3", "", `${item.task} ${item.id}${item.repeat ? `, repeat ${item.repeat}` : ""}`));
    for (const change of item.changes) {
      head.append(element("span", `word ${change.startsWith("lost") ? "worse" : "better"}`, kindName(change)));
    }
    head.append(element("span", "tags", item.tags.join(" · ")));
    const panes = element("div", "panes");
    panes.append(promptPane(item), ...item.sides.map(replyPane));
    made.append(head, panes);
    return made;
  }

  function showMore() {
    list.append(...found.slice(shown, shown + PAGE).map(card));
    shown = Math.min(found.length, shown + PAGE);
    more.hidden = shown === found.length;
    more.textContent = `Show ${Math.min(PAGE, found.length - shown)} more`;
    counted.textContent = `${found.length.toLocaleString("en")} of ${items.length.toLocaleString("en")} match; ${shown.toLocaleString("en")} shown.`;
  }

  function apply() {
    const words = controls.q.value.toLowerCase().split(/\s+/).filter(Boolean);
    found = items.filter((item) => matches(item, words));
    shown = 0;
    list.replaceChildren();
    showMore();
  }

  function options(select, values, name) {
    const counts = new Map();
    for (const item of items) for (const value of values(item)) counts.set(value, (counts.get(value) || 0) + 1);
    for (const [value, count] of [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))) {
      const option = element("option", "", `${name(value)} (${count.toLocaleString("en")})`);
      option.value = value;
      select.append(option);
    }
  }

  /* The filters are in the address (#task=format&q=comma), so that a view can be linked to. */
  function readAddress() {
    if (location.hash && !location.hash.includes("=")) return;
    const asked = new URLSearchParams(location.hash.slice(1));
    for (const [name, control] of Object.entries(controls)) control.value = asked.get(name) || "";
    for (const select of [controls.task, controls.check, controls.only]) if (select.selectedIndex < 0) select.value = "";
    apply();
    if (location.hash) byId("failures").scrollIntoView();
  }

  function writeAddress() {
    const set = new URLSearchParams();
    for (const [name, control] of Object.entries(controls)) if (control.value) set.set(name, control.value);
    history.replaceState(null, "", `#${set.size ? set : "failures"}`);
    apply();
  }

  options(controls.task, (item) => [item.task], (value) => value);
  options(controls.check, labels, (value) => value);
  options(controls.only, kinds, kindName);
  for (const control of Object.values(controls)) control.addEventListener("input", writeAddress);
  more.addEventListener("click", showMore);
  addEventListener("hashchange", readAddress);
  addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((fold) => { fold.open = true; }));
  apply();
  readAddress();
}
