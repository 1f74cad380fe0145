// One picture opened: every view of it, its defects, and every stage of each group.
"use strict";

const trace = { at: 0, group: 0, picture: null };

const endings = {
  stage: (v) => `The mask of stage ${v.number} stands for this group.`,
  groupMask: () => "Every mask was set aside; the group's own region stands for it.",
  none: () => "No mask stands for this group.",
};
const omissions = {
  flatMap: "all pixels of the map are equal", belowGate: "the map stays below the gate", noGroups: "no region stood out",
};
function view(picture, caption, over, options) {
  const words = element("figcaption", {}, ...[].concat(caption));
  const canvas = element("canvas", { role: "img", "aria-label": words.textContent });
  paint(canvas, picture, over, options);
  return element("li", {}, element("figure", {}, canvas, words));
}

function rowsTable(id, caption, heads, rows) {
  fill(id, element("caption", { class: "unseen" }, caption),
    element("thead", {}, element("tr", {}, ...heads.map((head) => element("th", { scope: "col" }, head)))),
    element("tbody", {}, ...rows.map((cells) => element("tr", {}, ...cells.map((cell) => element("td", {}, cell))))));
}

async function openTrace(index) {
  trace.at = (index + gallery.shown.length) % gallery.shown.length;
  trace.group = 0;
  const entry = gallery.shown[trace.at];
  trace.picture = await opening(entry.place);
  byId("trace-title").textContent = entry.id;
  const { line, kept } = trace.picture;
  facts("trace-facts", [
    ["class", entry.className], ["defect", line?.defect], ["truth", entry.label === "normal" ? "flawless" : "with a defect"],
    ["score", fixed(entry.score, 3)], ["IoU", entry.intersectionOverUnion === undefined ? null : fixed(entry.intersectionOverUnion, 3)],
    ["F1", entry.f1 === undefined ? null : fixed(entry.f1, 3)],
    ["picture", line?.picture.size ? `${line.picture.size.width} \u00d7 ${line.picture.size.height}` : null],
  ]);
  if (!kept) fill("trace-views", element("li", {}, "Nothing was kept of this picture."));
  else drawViews(entry);
  drawRegions();
  drawMethod();
  if (!byId("trace").open) byId("trace").showModal();
  byId("trace").scrollTop = 0;
}

function drawViews(entry) {
  const { picture } = trace;
  const at = fixed(live.threshold, 4);
  const maps = picture.kept.maps.map(({ variant, high }) =>
    view(picture, `Map: ${title(variant)}. Its highest score is ${fixed(high, 3)}.`, heat(picture.maps[variant]), { smooth: true }));
  fill("trace-views", view(picture, "The picture.", null),
    ...(picture.truth ? [view(picture, "The truth.", layers.truth.over(picture))] : []), ...maps,
    view(picture, "Points and boxes of the groups.", null, { points: picture.line.points, boxes: picture.line.boxes }),
    ...(picture.mask ? [view(picture, "The final mask: green found, orange found wrongly, blue missed.", layers.mask.over(picture))] : []),
    ...(picture.maps[live.variant] ? [view(picture, `${title(live.variant)} at the threshold ${at}.`, layers.threshold.over(picture))] : []));
}

function drawRegions() {
  const regions = trace.picture.line?.regions ?? [];
  const wrong = trace.picture.kept?.falseRegions ?? [];
  const box = ({ x0, y0, x1, y1 }) => `${x0}, ${y0} to ${x1}, ${y1}`;
  const verdict = (region) => (region.found === undefined ? "no mask" : region.found > 0
    ? element("span", { class: "found" }, `found, ${percent(region.found)} of it`) : element("span", { class: "lost" }, "missed"));
  rowsTable("trace-regions", "Regions of the truth and false regions", ["region", "place", "pixels", "outcome", "median score", "highest score"], [
    ...regions.map((region, i) => [String(i + 1), box(region.box), count(region.area), verdict(region), fixed(region.median, 3), fixed(region.highest, 3)]),
    ...wrong.map((region) => ["\u2013", box(region.box), count(region.area), element("span", { class: "lost" }, "found wrongly"), "\u2013", fixed(region.highest, 3)]),
    ...(regions.length + wrong.length ? [] : [["\u2013", "There is no defect, and none was found.", "", "", "", ""]]),
  ]);
}

function drawMethod() {
  const method = trace.picture.kept?.method;
  byId("trace-method").classList.toggle("hidden", !method);
  if (!method) return;
  const groups = method.groups;
  byId("trace-groups").classList.toggle("hidden", groups.length < 2);
  byId("trace-outcome").textContent = groups.length ? "" : `SAM was not asked: ${omissions[method.omission] ?? "there is no group"}.`;
  fill("trace-stages");
  fill("trace-points");
  if (!groups.length) return;
  choices("trace-groups", groups.map((_, i) => String(i + 1)), trace.group, (index) => {
    trace.group = index;
    drawGroup(groups[index]);
  });
  drawGroup(groups[0]);
}

function drawGroup(group) {
  const { picture } = trace;
  const place = byId("trace-stages");
  byId("trace-outcome").textContent = told(endings, group.outcome) + ` It counts ${fixed(group.confidence, 3)} in the final map.`
    + (group.supersededByGroup === undefined ? "" : ` A stronger group, ${group.supersededByGroup + 1}, has nearly the same mask.`);
  rowsTable("trace-points", "Points of the group", ["point", "x, y", "score", "heat", "similarity", "why"], group.points.map((point) => [
    element("span", {}, element("span", { class: `dot ${point.label}`, "aria-hidden": "true" }), point.label),
    `${fixed(point.position.x, 1)}, ${fixed(point.position.y, 1)}`,
    ...["score", "heat", "similarity"].map((name) => (point[name] === undefined ? "\u2013" : fixed(point[name], 3))),
    point.reason === undefined ? "" : told(pointReasons, point.reason),
  ]));
  place.replaceChildren();
  group.stages.forEach(async (stage, index) => {
    const slot = element("li");
    place.append(slot);
    const mask = group.masks[index] && await grey(group.masks[index]);
    const over = mask && outcomes((i) => mask.values[i] > 127, picture.truth, mask.width, mask.height);
    const prompts = [`${stage.positivePoints} positive, ${stage.negativePoints} negative points`]
      .concat(stage.hasMaskPrompt ? "the mask before" : [], stage.box ? "a box" : []);
    const list = stage.predictedIoU.map((iou, i) =>
      `${i === stage.chosen ? "chosen " : ""}${fixed(iou, 3)}${stage.selectionScores[i] === iou ? "" : ` (${fixed(stage.selectionScores[i], 3)})`}`);
    slot.replaceWith(view(picture, [
      element("b", {}, `Stage ${stage.stage}`), ` with ${prompts.join(", ")}: ${plural(stage.area, "pixel")}${overlap(mask, picture.truth)}; predicted IoU ${list.join(", ")}. `,
      stage.rejection === undefined ? "Accepted." : `Set aside: ${told(rejections, stage.rejection)}.`,
    ], over, { points: group.points, boxes: stage.box ? [stage.box] : [] }));
  });
}

// How a stage's mask and the truth agree, on the raster of the mask.
function overlap(mask, truth) {
  if (!mask || !truth) return "";
  const holds = truthAt(truth, mask.width, mask.height);
  let both = 0, either = 0;
  for (let i = 0; i < mask.values.length; i++) {
    const isFound = mask.values[i] > 127, isTrue = holds(i);
    both += isFound && isTrue;
    either += isFound || isTrue;
  }
  return `, IoU with the truth about ${fixed(either ? both / either : 0, 2)}`;
}

byId("trace-before").addEventListener("click", () => openTrace(trace.at - 1));
byId("trace-after").addEventListener("click", () => openTrace(trace.at + 1));
byId("trace").addEventListener("keydown", (event) => {
  if (event.target.closest("fieldset, input, select")) return;
  if (event.key === "ArrowRight") openTrace(trace.at + 1);
  if (event.key === "ArrowLeft") openTrace(trace.at - 1);
});

// A slider that moves fast is drawn once a frame.
let isWaiting = false;
tell(() => {
  if (isWaiting) return;
  isWaiting = true;
  requestAnimationFrame(() => {
    isWaiting = false;
    redraw();
  });
});
byId("class").addEventListener("change", drawGallery);
chooseBest();
drawGallery();
