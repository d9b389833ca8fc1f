/**
 * For clients of the SDK: well below the 29 s in which API Gateway wants an answer, three tries of each call included.
 * Without `throwOnRequestTimeout` the SDK only warns of a call that hangs.
 */
export const PATIENCE = {
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 5_000, throwOnRequestTimeout: true },
};
