import { otlpContract } from './otlpContract.ts';
import { testServer } from './server.ts';

otlpContract(testServer);
