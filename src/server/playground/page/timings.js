// The figures at the top, and where the time went.

function milliseconds(value) {
  if (value >= 9999) return [(value / 1000).toFixed(1), 's'];
  return [value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2), 'ms'];
}

function figure(name, value, suffix = '', kind = '') {
  return element('div', { className: kind }, element('dt', {}, name), element('dd', {}, value, element('small', {}, suffix)));
}

// Spent in the tokenizer and in forward passes may be more than passed, where several threads worked: the bar shows
// shares of the whole round trip.
function timeParts({ usage, roundTrip }) {
  const served = usage.duration_us / 1000;
  const [tokenize, queue, compute] = [usage.tokenize_us, usage.queue_us, usage.compute_us].map((each) => each / 1000);
  return [
    ['tokenize', 'tokenizer', tokenize],
    ['queue', 'queue', queue],
    ['compute', 'forward passes', compute],
    ['server', 'rest of the server', Math.max(0, served - tokenize - queue - compute)],
    ['network', 'network and page', Math.max(0, roundTrip - served)],
  ];
}

function showTimings(shown) {
  const { usage, roundTrip, dimension, texts } = shown;
  const served = usage.duration_us / 1000;
  $('figures').replaceChildren(
    figure('texts', String(texts.length)),
    figure('tokens', usage.total_tokens.toLocaleString('en')),
    figure('cut texts', String(usage.truncated_inputs), '', usage.truncated_inputs > 0 ? 'cut' : ''),
    figure('dimensions', String(dimension)),
    figure('in the server', ...milliseconds(served)),
    figure('round trip', ...milliseconds(roundTrip)),
    figure('texts a second', served > 0 ? Math.round(texts.length / (served / 1000)).toLocaleString('en') : '–'),
  );
  const parts = timeParts(shown);
  const words = parts.map(([, name, time]) => `${name} ${milliseconds(time).join(' ')}`);
  $('timing-bar').setAttribute('aria-label', `Where the time went: ${words.join(', ')}`);
  $('timing-bar').replaceChildren(
    ...parts.map(([kind, name, time], i) => {
      const part = element('span', { className: `part-${kind}`, title: words[i] });
      part.style.flexGrow = String(time);
      return part;
    }),
  );
  $('timing-legend').replaceChildren(
    ...parts.map(([kind], i) => element('li', { className: `part-${kind}` }, words[i])),
  );
}
