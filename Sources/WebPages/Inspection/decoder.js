// What SAM's decoder did in a stage: where its tokens look, and what each part of the prompt does to the mask.
"use strict";

// A stage's attentions from tokens to the picture; null where the page has none. `points` are the group's.
function decoderLooks(stage, points) {
  if (!stage?.attention) return null;
  const weights = numbers(stage.attention.weights), peaks = numbers(stage.attention.peaks);
  const [, tokens, rows, columns] = weights.shape;
  const names = {
    iou: () => "predicted IoU", mask: ({ _0: n }) => (n === 0 ? "the single mask" : `mask ${n}`),
    point: ({ _0: n }) => `${points[n].label} point ${n + 1}`,
    corner: ({ _0: n }) => (n === 0 ? "top left corner" : "bottom right corner"), padding: () => "padding",
  };
  const last = stage.layers.length - 1;
  return {
    tokens: stage.tokens.map((token) => told(names, token)),
    layers: stage.layers.map((_, index) => (index === last ? "final" : String(index))),
    // The token of a point of the group.
    ofPoint: (point) => stage.tokens.findIndex((token) => token.point?._0 === point),
    map(layer, token) {
      const start = (layer * tokens + token) * rows * columns;
      return tinted(columns, rows, (i) => weights.bytes[start + i] / 255);
    },
    peak: (layer, token) => peaks.at(layer * tokens + token),
    evenly: 1 / (rows * columns),
  };
}

// The rows of the table of effects. `pick` is called with a point of the group.
function effectRows(stage, points, chosen, pick) {
  const parts = { point: ({ _0: n }) => n, box: () => "the box", maskLogits: () => "the mask of the stage before" };
  return stage.effects.effects.map((effect) => {
    const part = told(parts, effect.part), isPoint = typeof part === "number";
    const name = isPoint
      ? element("button", { type: "button", "aria-pressed": String(part === chosen), onclick: () => pick(part) },
        element("span", { class: `dot ${points[part].label}` }), `${points[part].label} ${part + 1}`)
      : part;
    const bar = element("span", { class: "bar" });
    bar.style.width = `${(5 * (1 - effect.iou)).toFixed(2)}rem`;
    return element("tr", { "aria-selected": String(isPoint && part === chosen) },
      element("td", {}, name), element("td", {}, bar, percent(1 - effect.iou)),
      element("td", { class: "number" }, String(effect.area)),
      element("td", { class: "number" }, fixed(effect.predictedIoU, 3)),
      element("td", { class: "number" }, fixed(effect.meanLogitChange, 2)));
  });
}

// The table's head and rows, or a sentence where the prompt has one part only.
function effectTable(stage, points, chosen, pick) {
  const rows = effectRows(stage, points, chosen, pick);
  if (rows.length === 0) {
    return [element("tbody", {}, element("tr", {}, element("td", {}, "The prompt has one part only; without it there is none.")))];
  }
  const names = ["without", "change of the mask", "pixels then", "predicted IoU", "logits"];
  return [
    element("caption", { class: "unseen" }, "Effects of the parts of the prompt"),
    element("thead", {}, element("tr", {}, ...names.map((name, i) => element("th", { scope: "col", class: i > 1 ? "number" : null }, name)))),
    element("tbody", {}, ...rows),
  ];
}
