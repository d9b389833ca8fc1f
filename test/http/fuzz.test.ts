import { fuzzContract } from './fuzzContract.ts';
import { testServer } from './server.ts';

fuzzContract(testServer);
