// The texts by their cosine to the query, or to the text that was picked where there is no query.

const NEIGHBOURS_SHOWN = 50;

// Where a bar begins and how long it is, as shares of the way from the lowest cosine (at most 0) to 1. A negative
// one ends where positive ones begin.
function barOf(cosine, lowest) {
  const reach = 1 - lowest;
  return { from: (Math.min(0, cosine) - lowest) / reach, share: Math.min(1, Math.abs(cosine)) / reach };
}

function showNeighbours(of) {
  const { texts, low } = state.shown;
  const ranked = texts.map((_, index) => index).filter((index) => index !== of);
  const cosines = new Map(ranked.map((index) => [index, cosineOf(of, index)]));
  ranked.sort((a, b) => cosines.get(b) - cosines.get(a));
  const lowest = Math.min(0, cosines.get(ranked.at(-1)) ?? 0);
  $('near-of').textContent = `of ${of < 0 ? 'the query' : `text ${of + 1}`}: “${shorten(textAt(of), 90)}”`;
  $('near').replaceChildren(
    ...ranked.slice(0, NEIGHBOURS_SHOWN).map((index) => {
      const cosine = cosines.get(index);
      const row = element(
        'li',
        { title: texts[index] },
        element('span', { className: 'place' }, nameOf(index)),
        element('span', { className: 'text' }, texts[index] || '(the empty text)'),
        element('span', { className: 'score' }, cosine.toFixed(4)),
      );
      row.dataset.text = index;
      const bar = barOf(cosine, lowest);
      row.classList.toggle('below', cosine < 0);
      row.style.setProperty('--from', bar.from.toFixed(4));
      row.style.setProperty('--share', bar.share.toFixed(4));
      heat(row, cosine, low);
      return row;
    }),
  );
}

$('near').addEventListener('pointerover', (event) => light(textOf(event)));
$('near').addEventListener('pointerleave', () => light(null));
