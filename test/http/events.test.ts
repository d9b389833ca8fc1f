import { eventsContract } from './eventsContract.ts';
import { testServer } from './server.ts';

eventsContract(testServer);
