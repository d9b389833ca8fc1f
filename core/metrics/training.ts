import { counts, distributions, gauges } from './define.ts';
import type { Metric } from './types.ts';

/** Training jobs: from training events, and gauges that a trainer exports. */
export const TRAINING: readonly Metric[] = [
  ...counts('training', [
    {
      name: 'training.reports',
      measure: 'events',
      unit: '{event}',
      meaning: 'Events of training jobs; by status, how many started, completed, failed.',
    },
    {
      name: 'training.instanceTime',
      measure: 'instanceTime',
      unit: 'ms',
      meaning: 'How long jobs kept instances: their duration times the number of instances.',
      defaultStat: 'sum',
    },
  ]),
  ...distributions('training', [
    {
      name: 'training.loss',
      measure: 'loss',
      unit: '1',
      meaning: 'Loss of a job.',
      defaultStat: 'last',
      rows: ['003.039'],
    },
    {
      name: 'training.accuracy',
      measure: 'accuracy',
      unit: '1',
      meaning: 'Accuracy of a job, 0 to 1.',
      defaultStat: 'last',
      rows: ['003.040'],
    },
    {
      name: 'training.learningRate',
      measure: 'learningRate',
      unit: '1',
      meaning: 'Learning rate of a job.',
      defaultStat: 'last',
      rows: ['003.041'],
    },
    { name: 'training.epoch', measure: 'epoch', unit: '{epoch}', meaning: 'How far a job is.', defaultStat: 'max' },
    { name: 'training.duration', measure: 'duration', unit: 'ms', meaning: 'How long a job ran.', defaultStat: 'max' },
    {
      name: 'training.cost',
      measure: 'cost',
      unit: 'USD',
      meaning: 'Cost of a job as its sender reported it.',
      defaultStat: 'sum',
      rows: ['003.048'],
    },
  ]),
  ...gauges([
    {
      name: 'ml.trainingLoss',
      unit: '1',
      meaning: 'Loss, as a trainer exports it.',
      defaultStat: 'last',
      rows: ['003.039'],
    },
    {
      name: 'ml.trainingAccuracy',
      unit: '1',
      meaning: 'Accuracy in training, as a trainer exports it.',
      defaultStat: 'last',
      rows: ['003.040'],
    },
    {
      name: 'ml.learningRate',
      unit: '1',
      meaning: 'Learning rate, as a trainer exports it.',
      defaultStat: 'last',
      rows: ['003.041'],
    },
    {
      name: 'ml.trainingCost',
      unit: 'USD',
      meaning: 'Cost of a training job so far, as a trainer exports it.',
      defaultStat: 'last',
      rows: ['003.048'],
    },
  ]),
];
