/**
 * What the bundles have in place of the SDK's chain of credential providers: Lambda hands a function the credentials of
 * its role in its environment, and they outlive it.
 */
export const defaultProvider = () => async () => {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN } = process.env;
  if (!accessKeyId || !secretAccessKey)
    throw new Error('no credentials in the environment: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY');
  return { accessKeyId, secretAccessKey, ...(AWS_SESSION_TOKEN && { sessionToken: AWS_SESSION_TOKEN }) };
};
