// The head of the page, the table of measures and the bars.
"use strict";

const results = page.results;
const title = (variant) => results.titles[variant] ?? variant;
const series = (variant) => `var(--series-${Math.max(0, page.variants.indexOf(variant)) % 6})`;
const mainVariant = page.variants[page.variants.length - 1];
const count = (number) => number.toLocaleString("en-US").replaceAll(",", "\u202f");
const plural = (number, one, many = one + "s") => `${count(number)} ${number === 1 ? one : many}`;

const measureTitles = {
  auroc: "AUROC", averagePrecision: "AP", f1Maximum: "F1-max", aupro: "AUPRO", aupro005: "AUPRO 5 %",
  auproCompatible: "AUPRO, coarse", f1IntersectionOverUnion: "IoU at F1-max", maskIntersectionOverUnion: "IoU of masks",
  maskF1: "F1 of masks", boundaryF1: "F1 of boundaries", regionRecallAtTenth: "regions at 0.1 false",
  regionRecallAtOne: "regions at 1 false", imageAUROC: "picture AUROC", imageAveragePrecision: "picture AP",
  imageF1Maximum: "picture F1-max",
};
const reasons = {
  empty: "nothing was measured", noPositives: "nothing is anomalous", noNegatives: "everything is anomalous",
  notCounted: "it was not counted", tooFewPoints: "too few thresholds lie below its limit", nothingMarked: "nothing is marked",
};
const everyRow = [
  ...results.rows,
  ...results.means.map((mean) => ({ ...mean, className: "mean of classes", isWhole: true })),
  ...results.pooled.map((row) => ({ ...row, className: "all together", isWhole: true })),
];
const measureNames = Object.keys(measureTitles).filter((name) => everyRow.some((row) => name in row.measures));

{
  const defective = page.pictures.filter((picture) => picture.label === "defective").length;
  const classes = new Set(page.pictures.map((picture) => picture.className)).size;
  document.title = page.name + ", evaluated";
  byId("kicker").textContent = "Vitrine \u00b7 evaluate";
  byId("title").textContent = page.name;
  byId("lead").textContent = `${plural(page.pictures.length, "picture")} of ${plural(classes, "class", "classes")}, `
    + `${plural(defective, "of them has a defect", "of them have a defect")}. `
    + `Each was looked at as ${page.variants.map(title).join(", ")}.`;
  const mean = results.means.find((row) => row.variant === mainVariant)?.measures ?? {};
  facts("facts", [
    ...["auroc", "averagePrecision", "f1Maximum", "aupro"].filter((name) => name in mean)
      .map((name) => [`mean ${measureTitles[name]}, ${title(mainVariant)}`, fixed(mean[name], 3)]),
    ["picture AUROC, all together", results.pictureAUROC === undefined ? null : fixed(results.pictureAUROC, 3)],
  ]);
  const notes = results.maskRules.map((rule) => `Masks, ${rule.masks} of them: ${rule.rule}.`);
  if (results.failures) notes.push(`${plural(results.failures.length, "picture")} failed and is in no measure.`.replace(/s failed and is/, "s failed and are"));
  fill("notes", ...notes.map((text) => element("p", { class: "note" }, text)));
  byId("made").textContent = `Made by ${page.maker}. The page holds all of its data and loads nothing. Maps and pictures are `
    + "reduced; the measures are those of the pictures' own sizes.";
}

// ---- The table

const sorting = { by: null, falling: true };
let tableVariant = null;

function drawTable() {
  const rows = everyRow.filter((row) => tableVariant === null || row.variant === tableVariant);
  const key = (row) => (sorting.by === "className" ? row.className : sorting.by === "variant" ? page.variants.indexOf(row.variant)
    : row.measures[sorting.by] ?? -1);
  const sorted = [...rows.filter((row) => !row.isWhole)];
  if (sorting.by) {
    const sign = sorting.falling ? -1 : 1;
    sorted.sort((a, b) => sign * (typeof key(a) === "string" ? key(a).localeCompare(key(b)) : key(a) - key(b)));
  }
  const most = Object.fromEntries(measureNames.map((name) =>
    [name, Math.max(...sorted.map((row) => row.measures[name] ?? -1))]));
  const columns = [["className", "class"], ["variant", "map"], ...measureNames.map((name) => [name, measureTitles[name]])];
  const cell = (row, name) => {
    const value = row.measures[name];
    const isMost = !row.isWhole && sorted.length > 1 && value !== undefined && value === most[name];
    return element("td", {
      class: "number" + (isMost ? " most" : ""),
      title: value === undefined ? (reasons[row.undefined?.[name]] ?? "not measured") : null,
    }, value === undefined ? "\u2013" : fixed(value, 3));
  };
  fill("measures",
    element("caption", { class: "unseen" }, "Measures by class and map; the largest of each column is marked"),
    element("thead", {}, element("tr", {}, ...columns.map(([name, text]) => element("th", {
      scope: "col", class: name in measureTitles ? "number" : null,
      "aria-sort": sorting.by === name ? (sorting.falling ? "descending" : "ascending") : null,
    }, element("button", { type: "button", onclick: () => sortBy(name) }, text))))),
    element("tbody", {}, ...[...sorted, ...rows.filter((row) => row.isWhole)].map((row) =>
      element("tr", { class: row.isWhole ? "whole" : null }, element("th", { scope: "row", title: row.className }, row.className),
        element("td", {}, title(row.variant)), ...measureNames.map((name) => cell(row, name))))));
}

function sortBy(name) {
  const isText = name === "className" || name === "variant";
  sorting.falling = sorting.by === name ? !sorting.falling : !isText;
  sorting.by = name;
  drawTable();
}

if (page.variants.length > 1) {
  choices("table-variant", ["all", ...page.variants.map(title)], 0, (index) => {
    tableVariant = index ? page.variants[index - 1] : null;
    drawTable();
  });
} else byId("table-variant").classList.add("hidden");
drawTable();

// ---- The bars

function swatch(colour) { return element("span", { class: "swatch", style: `background:${colour}`, "aria-hidden": "true" }); }

function variantLegend(id, ...more) {
  fill(id, ...page.variants.map((variant) => element("li", {}, swatch(series(variant)), title(variant))), ...more);
}

function drawBars(measure) {
  const names = [...new Set(everyRow.map((row) => row.className))];
  fill("bars", ...names.flatMap((name) => [
    element("div", { class: "name" }, name),
    element("div", {}, ...page.variants.map((variant) => {
      const value = everyRow.find((row) => row.className === name && row.variant === variant)?.measures[measure];
      const share = Math.max(0, Math.min(1, value ?? 0));
      return element("div", { class: "bar" },
        element("span", { style: `width:calc((100% - 3rem) * ${share.toFixed(4)});background:${series(variant)}` }),
        element("span", { title: title(variant) }, value === undefined ? "\u2013" : fixed(value, 3)));
    })),
  ]));
}

{
  const shown = ["auroc", "averagePrecision", "f1Maximum", "aupro", "maskIntersectionOverUnion", "imageAUROC"]
    .filter((name) => measureNames.includes(name));
  variantLegend("bars-legend");
  const first = Math.max(0, shown.indexOf("f1Maximum"));
  choices("bar-measure", shown.map((name) => measureTitles[name]), first, (index) => drawBars(shown[index]));
  if (shown.length) drawBars(shown[first]);
}
