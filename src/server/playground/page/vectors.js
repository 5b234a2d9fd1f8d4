// Arithmetic over vectors.

function dot(a, b) {
  let sum = 0;
  for (let i = 0; i < a.length; ++i) sum += a[i] * b[i];
  return sum;
}

function unit(vector) {
  const length = Math.sqrt(dot(vector, vector));
  return Float64Array.from(vector, (value) => (length > 0 ? value / length : 0));
}

// The two directions in which the rows differ most, by orthogonal iteration over the centred rows: no matrix of
// size dimension x dimension is made. Gives a point a row, and the share of the variance that each axis explains.
function principalPlane(rows) {
  const width = rows[0].length;
  const mean = new Float64Array(width);
  for (const row of rows) for (let i = 0; i < width; ++i) mean[i] += row[i] / rows.length;
  const centred = rows.map((row) => row.map((value, i) => value - mean[i]));
  const total = centred.reduce((sum, row) => sum + dot(row, row), 0);
  const axes = [1, 2].map((seed) => Float64Array.from(mean, (_, i) => Math.sin(seed * (i + 1) * 1.7)));
  const spread = [0, 0];
  for (let round = 0; round < 80; ++round) {
    axes.forEach((axis, k) => {
      const next = new Float64Array(width);
      for (const row of centred) {
        const along = dot(row, axis);
        for (let i = 0; i < width; ++i) next[i] += along * row[i];
      }
      if (k === 1) {
        const shared = dot(next, axes[0]);
        for (let i = 0; i < width; ++i) next[i] -= shared * axes[0][i];
      }
      spread[k] = Math.sqrt(dot(next, next));
      axes[k] = unit(next);
    });
  }
  const points = centred.map((row) => axes.map((axis) => dot(row, axis)));
  // An axis may point either way: the outermost point decides, so that the same texts give the same map.
  for (const k of [0, 1]) {
    const outermost = points.reduce((far, point) => (Math.abs(point[k]) > Math.abs(far) ? point[k] : far), 0);
    if (outermost < 0) for (const point of points) point[k] = -point[k];
  }
  return { points, explained: spread.map((each) => (total > 0 ? each / total : 0)) };
}
