/** What scores are made of, of one scope and time. null = not known: nothing is scored by it. */
export interface CostFacts {
  totalUsd: number;
  /** Of capacity that is paid by the hour. */
  computeUsd: number;
  /** Of it: capacity that nobody holds, and that somebody holds and lets idle. */
  idleUsd: number;
  idleHeldUsd: number;
  /** Training on demand. */
  trainingUsd: number;
  /** Mean use of GPUs, 0 to 1. */
  gpuUtilization: number | null;
  /** Requests of the busiest hour over those of the mean hour. */
  peakToAverage: number | null;
  /** What spot would save of an on-demand hour (`spotComparison`), as a share. */
  spotSavingsRatio: number | null;
  /** Shares 0 to 1: of dollars that have a team, and of entries that have a price. */
  ownedRatio: number | null;
  pricedRatio: number | null;
}

/**
 * The overall optimisation score: 100 × the weighted mean of these parts, each 0 (bad) to 1 (good). Parts of which nothing is known
 * are left out; with less than half of the weight known there is no score. Targets from rows 003.133 and 003.134; weights are ours.
 */
export const SCORE_PARTS: readonly {
  name: string;
  weight: number;
  meaning: string;
  value: (facts: CostFacts) => number | null;
}[] = [
  {
    name: 'utilization',
    weight: 0.3,
    meaning: 'mean GPU use over 60 %, below which smaller instances are advised (row 003.133)',
    value: ({ gpuUtilization }) => (gpuUtilization === null ? null : gpuUtilization / 0.6),
  },
  {
    name: 'used',
    weight: 0.3,
    meaning: 'share of the capacity that is neither idle nor held idle',
    value: ({ computeUsd, idleUsd, idleHeldUsd }) => (computeUsd > 0 ? 1 - (idleUsd + idleHeldUsd) / computeUsd : null),
  },
  {
    name: 'evenness',
    weight: 0.1,
    meaning: '3 over the peak-to-average ratio of requests, above which autoscaling is advised (row 003.134)',
    value: ({ peakToAverage }) => (peakToAverage === null || peakToAverage <= 0 ? null : 3 / peakToAverage),
  },
  {
    name: 'owned',
    weight: 0.15,
    meaning: 'share of dollars that have a team',
    value: ({ ownedRatio }) => ownedRatio,
  },
  {
    name: 'priced',
    weight: 0.15,
    meaning: 'share of entries that have a price',
    value: ({ pricedRatio }) => pricedRatio,
  },
];

interface Rule {
  kind: string;
  title: string;
  holds: (facts: CostFacts) => boolean;
  /** Dollars that the savings are a share of. */
  of: (facts: CostFacts) => number;
  /** Least and most that is saved, as a share. */
  savings: (facts: CostFacts) => readonly [number, number];
  /** How sure the savings are: 1 = measured in the ledger, 0.5 = a rule of thumb. */
  confidence: number;
  /** 1 (an hour's work) to 5 (a project): changes to make, risk for the service, people to convince. */
  difficulty: { work: number; risk: number; people: number };
  source: string;
}

/** When something can be saved, how much and how hard it is. All formulas of opportunity, difficulty and potential read this table. */
export const OPPORTUNITIES: readonly Rule[] = [
  {
    kind: 'right-sizing',
    title: 'Consider smaller instances',
    holds: ({ gpuUtilization }) => gpuUtilization !== null && gpuUtilization < 0.6,
    of: ({ computeUsd }) => computeUsd,
    savings: () => [0.2, 0.4],
    confidence: 0.5,
    difficulty: { work: 2, risk: 3, people: 2 },
    source: 'requirements, row 003.133; difficulty is ours',
  },
  {
    kind: 'autoscaling',
    title: 'Scale with the load',
    holds: ({ peakToAverage }) => peakToAverage !== null && peakToAverage > 3,
    of: ({ computeUsd }) => computeUsd,
    savings: () => [0.3, 0.5],
    confidence: 0.5,
    difficulty: { work: 3, risk: 3, people: 2 },
    source: 'requirements, row 003.134; difficulty is ours',
  },
  {
    kind: 'release-idle',
    title: 'Give back capacity that nobody holds',
    holds: ({ idleUsd }) => idleUsd > 0,
    of: ({ idleUsd }) => idleUsd,
    savings: () => [0.5, 1],
    confidence: 1,
    difficulty: { work: 1, risk: 2, people: 1 },
    source: 'the idle lines of the ledger; half of it may have to stay as headroom: ours',
  },
  {
    kind: 'release-held',
    title: 'Stop what holds capacity and does nothing',
    holds: ({ idleHeldUsd }) => idleHeldUsd > 0,
    of: ({ idleHeldUsd }) => idleHeldUsd,
    savings: () => [0.5, 1],
    confidence: 1,
    difficulty: { work: 1, risk: 2, people: 3 },
    source: 'the idleHeld lines of the ledger; half of it may have to stay as headroom: ours',
  },
  {
    kind: 'spot-training',
    title: 'Train on spot capacity',
    holds: ({ trainingUsd, spotSavingsRatio }) => trainingUsd > 0 && (spotSavingsRatio ?? 0) > 0,
    of: ({ trainingUsd }) => trainingUsd,
    savings: ({ spotSavingsRatio }) => [spotSavingsRatio! / 2, spotSavingsRatio!],
    confidence: 0.75,
    difficulty: { work: 3, risk: 2, people: 1 },
    source: 'quoted spot and on-demand prices; half of it in case spot is short: ours',
  },
];

/** Difficulty = 0.4 · work + 0.4 · risk + 0.2 · people, 1 to 5. */
const DIFFICULTY_WEIGHTS = { work: 0.4, risk: 0.4, people: 0.2 };
/** Savings of half of all costs are the best that the opportunity score knows. */
const BEST_SHARE = 0.5;
/** Below it too little is known for a score. */
const LEAST_WEIGHT = 0.5;

export interface Opportunity {
  kind: string;
  title: string;
  savings: { lowUsd: number; highUsd: number /** The middle, as a share of all costs. */; share: number };
  /** 1 to 5. */
  difficulty: number;
  confidence: number;
  /** 0 to 100: 100 · min(1, share / 0.5) · confidence · (1 − (difficulty − 1) / 8), so the hardest count half. */
  score: number;
  source: string;
}

export interface Scores {
  overall: { score: number; knownWeight: number } | { score: null; reason: string };
  parts: { name: string; meaning: string; weight: number; value: number | null }[];
  /** Ranked by score. */
  opportunities: Opportunity[];
  /** Of all opportunities together: total · (1 − Π (1 − share)), since two cannot save the same dollar twice. */
  potential: { lowUsd: number; highUsd: number; expectedUsd: number };
}

/** How well a scope spends its money, and what could be saved. Nothing spent gives no opportunities, and parts that are known. */
export const scoresOf = (facts: CostFacts): Scores => {
  const parts = SCORE_PARTS.map(({ name, meaning, weight, value }) => {
    const known = value(facts);
    return { name, meaning, weight, value: known === null ? null : Math.min(1, Math.max(0, known)) };
  });
  const opportunities = OPPORTUNITIES.filter(({ holds }) => facts.totalUsd > 0 && holds(facts))
    .map((rule) => opportunityOf(rule, facts))
    .toSorted((a, b) => b.score - a.score);
  const together = (shareOf: (opportunity: Opportunity) => number) =>
    facts.totalUsd * (1 - opportunities.reduce((left, each) => left * (1 - Math.min(1, shareOf(each))), 1));
  return {
    overall: overallOf(parts),
    parts,
    opportunities,
    potential: {
      lowUsd: together(({ savings }) => savings.lowUsd / facts.totalUsd),
      highUsd: together(({ savings }) => savings.highUsd / facts.totalUsd),
      expectedUsd: together(({ savings }) => savings.share),
    },
  };
};

const overallOf = (parts: Scores['parts']): Scores['overall'] => {
  const known = parts.filter(({ value }) => value !== null);
  const weight = known.reduce((sum, part) => sum + part.weight, 0);
  if (weight < LEAST_WEIGHT) {
    const missing = parts.filter(({ value }) => value === null).map(({ name }) => name);
    return { score: null, reason: `too little is known: ${missing.join(', ')} are missing` };
  }
  const score = (100 * known.reduce((sum, part) => sum + part.weight * part.value!, 0)) / weight;
  return { score, knownWeight: weight };
};

const opportunityOf = (rule: Rule, facts: CostFacts): Opportunity => {
  const { kind, title, confidence, source } = rule;
  const { work, risk, people } = rule.difficulty;
  const { work: w, risk: r, people: p } = DIFFICULTY_WEIGHTS;
  const difficulty = w * work + r * risk + p * people;
  const [lowUsd, highUsd] = rule.savings(facts).map((ratio) => ratio * rule.of(facts)) as [number, number];
  const share = (lowUsd + highUsd) / 2 / facts.totalUsd;
  const score = 100 * Math.min(1, share / BEST_SHARE) * confidence * (1 - (difficulty - 1) / 8);
  return { kind, title, savings: { lowUsd, highUsd, share }, difficulty, confidence, score, source };
};
