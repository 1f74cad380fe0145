// Why a point was chosen and a mask set aside, in words.
"use strict";

const pointReasons = {
  peak: () => "the highest pixel of its region",
  plateau: (v) => `the middle one of ${v.pixels} pixels that share the peak`,
  spaced: () => "the highest pixel far enough from the points before it",
  ranked: (v) => `place ${v.place} of the region's pixels by heat`,
  leastSimilar: (v) => `the lowest cost in the ring, ${fixed(v.cost, 3)}: unlike the region, and cold`,
  hardSimilar: () => "the most similar cold pixel of the ring",
  lowestHeat: () => "the coldest pixel of the ring",
};

const rejections = {
  empty: () => "no pixel is above 0", notFinite: () => "a logit is no number",
  tooLarge: (v) => `it covers ${percent(v.share)} of the picture: the object, not its defect`,
  cold: (v) => `its mean heat is only ${fixed(v.meanHeat)}`, missesPositives: () => "it holds none of the positive points",
};

// The words for a case, which is a text or an object with the case as its one key.
function told(table, value) {
  const [name, values] = typeof value === "string" ? [value, {}] : Object.entries(value)[0];
  return (table[name] ?? (() => name))(values);
}
