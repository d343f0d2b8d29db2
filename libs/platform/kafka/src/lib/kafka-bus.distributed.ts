import { eventBusContract } from '@trading/platform-messaging';
// eslint-disable-next-line @nx/enforce-module-boundaries -- the servers of the run are those of the test tool
import { distributedServers } from '../../../../../tools/test/src/distributed-servers';
import { KafkaUnderTest } from '../testing/kafka-under-test';

eventBusContract('Kafka', async () => (await KafkaUnderTest.start(distributedServers().brokers)).contract());
