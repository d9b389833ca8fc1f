/** For clients of the SDK: well below the 29 s in which API Gateway wants an answer, tries included. */
export const PATIENCE = { maxAttempts: 3, requestHandler: { connectionTimeout: 1_000, requestTimeout: 7_000 } };
