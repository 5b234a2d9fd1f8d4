// The tokens of each text, those that were cut off among them, and the vector as a strip of colours.

const TOKENS_TEXTS = 12; // at once; a button shows more
const TOKENS_OF_TEXT = 1200; // chips of one text

// Special tokens are never cut; of the others the last or the first are, as the request had it.
function markCut(tokens, cut, side) {
  const own = tokens.filter((token) => !token.special);
  const gone = new Set(side === 'left' ? own.slice(0, cut) : own.slice(own.length - cut));
  return tokens.map((token) => ({ ...token, cut: cut > 0 && gone.has(token) }));
}

function chip(token, before) {
  const isPiece = before && !token.special && !before.special && before.stop === token.start;
  const kind = [isPiece && 'piece', token.special && 'special', token.cut && 'cut'].filter(Boolean).join(' ');
  const where = token.special ? 'special token' : `bytes ${token.start} to ${token.stop}`;
  const made = element('span', { className: kind, title: `id ${token.id}, ${where}${token.cut ? ', cut off' : ''}` });
  if (token.cut) made.append(element('s', {}, token.text));
  else made.append(token.text);
  made.append(element('small', {}, String(token.id)));
  return made;
}

function chipsOf(tokens) {
  const shown = tokens.slice(0, TOKENS_OF_TEXT);
  const chips = element('div', { className: 'chips' }, ...shown.map((token, i) => chip(token, shown[i - 1])));
  if (tokens.length > shown.length) chips.append(element('em', {}, `and ${tokens.length - shown.length} more`));
  return chips;
}

// A stripe a value: cold below zero, hot above.
function drawStrip(canvas, vector) {
  const probe = element('i');
  document.body.append(probe);
  const colour = (name) => {
    probe.style.color = `var(${name})`;
    return getComputedStyle(probe).color.match(/[\d.]+/g).slice(0, 3).map(Number);
  };
  const [minus, plus, zero] = [colour('--minus'), colour('--accent'), colour('--cold')];
  probe.remove();
  const largest = vector.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-9);
  canvas.width = vector.length;
  canvas.height = 1;
  const image = new ImageData(vector.length, 1);
  vector.forEach((value, i) => {
    const share = Math.sqrt(Math.abs(value) / largest);
    const end = value < 0 ? minus : plus;
    for (let c = 0; c < 3; ++c) image.data[4 * i + c] = zero[c] + (end[c] - zero[c]) * share;
    image.data[4 * i + 3] = 255;
  });
  canvas.getContext('2d').putImageData(image, 0, 0);
}

function tokensArticle(index) {
  const { texts, reports, tokens, truncation, vectors } = state.shown;
  const { tokens: kept, truncated_tokens: cut } = reports[index];
  const counted = element('span', {}, cut > 0 ? `${kept} of ${kept + cut} tokens, ` : `${kept} tokens`);
  if (cut > 0) counted.append(element('b', {}, `${cut} cut off`));
  const strip = element('canvas', { title: `the vector, ${vectors[index].length} values` });
  strip.setAttribute('role', 'presentation');
  drawStrip(strip, vectors[index]);
  const article = element('article', {}, element('h3', { className: 'title' }, `Text ${index + 1}`, counted), strip);
  article.append(
    tokens ? chipsOf(markCut(tokens[index], cut, truncation)) : element('p', { className: 'note' }, shorten(texts[index], 200)),
  );
  article.dataset.text = index;
  return article;
}

function showTokens(upTo = TOKENS_TEXTS) {
  const { texts, tokensProblem } = state.shown;
  const count = Math.min(upTo, texts.length);
  const list = $('tokens');
  list.replaceChildren(...[...Array(count).keys()].map(tokensArticle));
  if (tokensProblem) list.prepend(element('p', { className: 'note' }, tokensProblem));
  if (count < texts.length) {
    const more = element('button', { type: 'button', className: 'more' }, `Show ${Math.min(texts.length - count, 50)} more`);
    more.addEventListener('click', () => showTokens(count + 50));
    list.append(more);
  }
}

$('ids').addEventListener('change', () => $('tokens').classList.toggle('with-ids', $('ids').checked));
$('tokens').addEventListener('pointerover', (event) => light(textOf(event)));
$('tokens').addEventListener('pointerleave', () => light(null));
