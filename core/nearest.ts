/** Longer words are not looked at: nobody meant a name of ours by them, and distances take the product of both lengths. */
const MAX_CHARS = 64;
const MOST = 3;

/**
 * Which of the known names may have been meant: the same but for letter case and punctuation, or one letter in three away
 * at most; else those that the word is part of, or the other way round.
 *
 * @returns at most three, the likeliest first; [] when none is near
 */
export const nearest = (word: string, known: readonly string[]): string[] => {
  const meant = plain(word);
  if (meant === '' || word.length > MAX_CHARS) return [];
  const names = known.map((name) => ({ name, text: plain(name) }));
  const farthest = Math.max(1, Math.floor(meant.length / 3));
  const alike = names
    .map(({ name, text }) => ({ name, distance: editDistance(meant, text) }))
    .filter(({ distance }) => distance <= farthest && distance < meant.length);
  const parts =
    meant.length < 3
      ? []
      : names
          .filter(({ text }) => text.includes(meant) || (text.length >= 3 && meant.includes(text)))
          .map(({ name, text }) => ({ name, distance: Math.abs(text.length - meant.length) }));
  const near = (alike.length > 0 ? alike : parts).toSorted((a, b) => a.distance - b.distance);
  return near
    .filter(({ distance }) => alike.length === 0 || distance <= near[0]!.distance + 1)
    .slice(0, MOST)
    .map(({ name }) => name);
};

/** `; did you mean a, b or c?`, or nothing where no name is near. */
export const didYouMean = (word: string, known: readonly string[]): string => {
  const names = nearest(word, known);
  const last = names.pop();
  return last === undefined ? '' : `; did you mean ${names.length > 0 ? `${names.join(', ')} or ${last}` : last}?`;
};

const plain = (word: string): string => word.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');

/** Letters to insert, leave out, replace, or swap with their neighbour, to make one word of the other (optimal string alignment). */
export const editDistance = (a: string, b: string): number => {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1];
      let least = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (isSame ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) least = Math.min(least, before[j - 2]! + 1);
      row.push(least);
    }
    before = last;
    last = row;
  }
  return last[b.length]!;
};
