// One text is lit in every view at once.

function light(index) {
  if (state.lit === index) return;
  state.lit = index;
  for (const old of document.querySelectorAll('.lit')) old.classList.remove('lit');
  if (index === null) return;
  for (const each of document.querySelectorAll(`[data-text="${index}"]`)) each.classList.add('lit');
}

// The index of the text that an event is about; -1 is the query.
function textOf(event) {
  const marked = event.target.closest('[data-text]');
  return marked ? Number(marked.dataset.text) : null;
}

function shorten(text, length) {
  const letters = Array.from(text);
  return letters.length > length ? `${letters.slice(0, length - 1).join('')}…` : text;
}

const nameOf = (index) => (index < 0 ? 'query' : String(index + 1));
const textAt = (index) => (index < 0 ? state.shown.query : state.shown.texts[index]);
const cosineOf = (a, b) => {
  const vector = (index) => (index < 0 ? state.shown.queryVector : state.shown.vectors[index]);
  return dot(vector(a), vector(b));
};

// Colours a cosine between `low` (cold) and 1 (hot).
function heat(styled, cosine, low) {
  const share = Math.min(1, Math.max(0, (cosine - low) / (1 - low)));
  styled.style.setProperty('--low', `${Math.min(100, share * 200).toFixed(1)}%`);
  styled.style.setProperty('--high', `${Math.max(0, share * 200 - 100).toFixed(1)}%`);
  return share;
}

// Where the scale begins: models differ in how close unlike texts are. A tenth, so that it moves seldom.
function coldest(vectors) {
  let low = 0.9;
  for (let i = 0; i < vectors.length; ++i) {
    for (let j = 0; j < i; ++j) low = Math.min(low, dot(vectors[i], vectors[j]));
  }
  return Math.max(-1, Math.floor(low * 10) / 10);
}

// Arrow keys over a list of elements of which one is in the order of the Tab key.
function rove(elements, event, steps) {
  const at = elements.indexOf(document.activeElement);
  const last = elements.length - 1;
  const targets = { Home: 0, End: last };
  for (const [key, step] of Object.entries(steps)) targets[key] = Math.min(last, Math.max(0, at + step));
  if (at < 0 || !(event.key in targets)) return;
  event.preventDefault();
  elements[at].tabIndex = -1;
  const next = elements[targets[event.key]];
  next.tabIndex = 0;
  next.focus();
}
