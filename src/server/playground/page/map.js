// The vectors in the plane of their two main axes, both drawn to one scale.

const MAP_HINT = 'Point at a text to read it; click it, or press Enter, to list its neighbours.';
const LABELS = 24; // more texts than that, and only the lit one is labelled

function svg(name, attributes, ...children) {
  const made = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

// Leaves out labels that would lie on another: those that are left stay readable.
function keepApart(dots) {
  const taken = dots.map(({ x, y }) => ({ left: x - 9, right: x + 9, top: y - 9, bottom: y + 9 }));
  for (const dot of dots) {
    const width = dot.label.length * 6.6;
    const left = dot.labelLeft ? dot.x - 12 - width : dot.x + 12;
    const box = { left, right: left + width, top: dot.y - 8, bottom: dot.y + 8, owner: dot };
    const free = taken.every(
      (other, i) => dots[i] === dot || other.right < box.left || box.right < other.left || other.bottom < box.top || box.bottom < other.top,
    );
    if (free) taken.push(box);
    else dot.quiet = true;
  }
}

function place(points, width, height) {
  const margin = { x: 26, y: 24 };
  const range = (k) => [Math.min(...points.map((p) => p[k])), Math.max(...points.map((p) => p[k]))];
  const [[left, right], [bottom, top]] = [range(0), range(1)];
  const scale = Math.min(
    (width - 2 * margin.x) / Math.max(right - left, 1e-9),
    (height - 2 * margin.y) / Math.max(top - bottom, 1e-9),
  );
  const limited = Math.min(scale, 1e6);
  return points.map(([x, y]) => ({
    x: width / 2 + (x - (left + right) / 2) * limited,
    y: height / 2 - (y - (bottom + top) / 2) * limited,
  }));
}

function drawMap() {
  const { shown } = state;
  if (!shown?.plane) return;
  const view = $('map');
  const { width, height } = view.getBoundingClientRect();
  if (width === 0) return;
  const hasQuery = shown.queryVector !== null;
  const indices = [...shown.vectors.keys(), ...(hasQuery ? [-1] : [])];
  const length = width < 420 ? 14 : 24;
  const dots = place(shown.plane.points, width, height).map((at, i) => ({
    ...at,
    index: indices[i],
    label: indices[i] < 0 ? 'query' : `${indices[i] + 1} ${shorten(textAt(indices[i]), length)}`,
    labelLeft: at.x > width * 0.6,
  }));
  if (shown.texts.length > LABELS) for (const dot of dots) dot.quiet = dot.index >= 0;
  else keepApart([...dots].reverse());
  const query = dots.find((dot) => dot.index < 0);
  const near = query ? shown.nearest.slice(0, 3) : [];
  view.setAttribute('viewBox', `0 0 ${width} ${height}`);
  view.replaceChildren(
    svg('line', { class: 'axis', x1: 0, x2: width, y1: height / 2, y2: height / 2 }),
    svg('line', { class: 'axis', y1: 0, y2: height, x1: width / 2, x2: width / 2 }),
    ...near.map((i) => svg('line', { class: 'thread', x1: query.x, y1: query.y, x2: dots[i].x, y2: dots[i].y })),
    ...dots.map((dot, i) => drawDot(dot, i === 0)),
  );
  light(null);
}

function drawDot(dot, isFirst) {
  const shape = dot.index < 0 ? svg('path', { d: 'M0-10 10 0 0 10-10 0z' }) : svg('circle', { r: state.shown.texts.length > 80 ? 4.5 : 7.5 });
  const label = svg('text', { x: dot.labelLeft ? -12 : 12, y: 4, 'text-anchor': dot.labelLeft ? 'end' : 'start' }, dot.label);
  const drawn = svg('g', { transform: `translate(${dot.x.toFixed(1)} ${dot.y.toFixed(1)})`, role: 'img' }, shape, label);
  drawn.setAttribute('class', `dot${dot.quiet ? ' quiet' : ''}`);
  drawn.setAttribute('aria-label', sayNearest(dot.index));
  drawn.setAttribute('tabindex', isFirst ? 0 : -1);
  drawn.dataset.text = dot.index;
  if (state.shown.queryVector && dot.index >= 0) {
    drawn.classList.add('heated');
    heat(drawn, cosineOf(-1, dot.index), state.shown.low);
  }
  return drawn;
}

// A sentence on a text and the one nearest to it.
function sayNearest(index) {
  const { texts } = state.shown;
  let best = null;
  for (let other = 0; other < texts.length; ++other) {
    if (other !== index && (best === null || cosineOf(index, other) > cosineOf(index, best))) best = other;
  }
  const self = `${index < 0 ? 'Query' : `Text ${index + 1}`}: ${shorten(textAt(index), 160)}`;
  return best === null ? self : `${self}. Nearest: text ${best + 1}, ${cosineOf(index, best).toFixed(4)}`;
}

function showMap() {
  const { shown } = state;
  const rows = [...shown.vectors, ...(shown.queryVector ? [shown.queryVector] : [])];
  shown.plane = principalPlane(rows);
  const [first, second] = shown.plane.explained.map((share) => `${(share * 100).toFixed(0)} %`);
  $('map-note').textContent = rows.length > 2 ? `axes show ${first} and ${second} of the variance` : '';
  $('map-readout').textContent = MAP_HINT;
  drawMap();
}

function pointAt(event) {
  const index = textOf(event);
  light(index);
  if (index !== null) $('map-readout').textContent = sayNearest(index);
}

$('map').addEventListener('pointerover', pointAt);
$('map').addEventListener('focusin', pointAt);
$('map').addEventListener('pointerleave', () => light(null));
$('map').addEventListener('click', (event) => {
  const index = textOf(event);
  if (index !== null) showNeighbours(index);
});
$('map').addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && textOf(event) !== null) showNeighbours(textOf(event));
  rove([...$('map').querySelectorAll('.dot')], event, { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 });
});
new ResizeObserver(drawMap).observe($('map'));
