import { counts, distributions, gauges, ratios } from './define.ts';
import type { Metric } from './types.ts';

/** How right models are: from outcome events, and gauges that an evaluation exports. */
export const QUALITY: readonly Metric[] = [
  ...counts('outcome', [
    { name: 'outcome.outcomes', measure: 'events', unit: '{outcome}', meaning: 'Outcomes that were reported.' },
    {
      name: 'outcome.labelled',
      measure: 'labelled',
      unit: '{outcome}',
      meaning: 'Outcomes that say whether the prediction was right: what accuracy divides by.',
    },
    { name: 'outcome.correct', measure: 'correct', unit: '{outcome}', meaning: 'Predictions that were right.' },
    {
      name: 'outcome.feedback',
      measure: 'feedbackKnown',
      unit: '{outcome}',
      meaning: 'Outcomes with feedback of a user: what satisfaction divides by.',
    },
    { name: 'outcome.positive', measure: 'positive', unit: '{outcome}', meaning: 'Outcomes with positive feedback.' },
  ]),
  ...distributions('outcome', [
    {
      name: 'outcome.absoluteError',
      measure: 'absoluteError',
      unit: '1',
      meaning: 'Distance of prediction and truth, in their unit; `avg` is the MAE.',
      defaultStat: 'avg',
      rows: ['004.064'],
    },
    {
      name: 'outcome.squaredError',
      measure: 'squaredError',
      unit: '1',
      meaning: 'Squared distance of prediction and truth; `avg` is the MSE, its root the RMSE.',
      defaultStat: 'avg',
      rows: ['004.064'],
    },
    {
      name: 'outcome.absolutePercentageError',
      measure: 'absolutePercentageError',
      unit: '%',
      meaning:
        'Distance of prediction and truth, of the truth; `avg` is the MAPE. Outcomes with a truth of 0 are left out.',
      defaultStat: 'avg',
      rows: ['004.064'],
    },
    {
      name: 'outcome.rating',
      measure: 'rating',
      unit: '1',
      meaning: 'Rating by users, in the scale you use.',
      defaultStat: 'avg',
      rows: ['002.059'],
    },
    {
      name: 'outcome.value',
      measure: 'value',
      unit: 'USD',
      meaning: 'Business value of outcomes.',
      defaultStat: 'sum',
      rows: ['002.061'],
    },
  ]),
  ...ratios([
    {
      name: 'outcome.accuracyRatio',
      numerator: { metric: 'outcome.correct', stat: 'count' },
      denominator: { metric: 'outcome.labelled', stat: 'count' },
      unit: '1',
      meaning:
        'Share of predictions that were right, among those with a known outcome. See outcome.labelled for how many.',
      rows: ['001.076', '002.054', '003.038'],
    },
    {
      name: 'outcome.satisfactionRatio',
      numerator: { metric: 'outcome.positive', stat: 'count' },
      denominator: { metric: 'outcome.feedback', stat: 'count' },
      unit: '1',
      meaning: 'Share of positive feedback.',
      rows: ['002.059'],
    },
  ]),
  ...gauges([
    {
      name: 'ml.accuracy',
      unit: '1',
      meaning: 'Accuracy, 0 to 1, as an evaluation exports it.',
      defaultStat: 'last',
      rows: ['001.076', '002.054', '003.038'],
    },
    {
      name: 'ml.predictionError',
      unit: '1',
      meaning:
        'Error by statistic (mae, mape, mse, rmse), as a service exports it: of its last prediction or batch only.',
      defaultStat: 'last',
      rows: ['004.064'],
    },
    {
      name: 'ml.driftScore',
      unit: '1',
      meaning: 'Drift of a feature, in the scale of whoever computed it.',
      defaultStat: 'max',
      rows: ['002.057', '003.045', '004.067'],
    },
    {
      name: 'ml.featureImportance',
      unit: '1',
      meaning: 'Importance of a feature, in the scale of whoever computed it.',
      defaultStat: 'last',
      rows: ['003.046', '004.066'],
    },
  ]),
];
