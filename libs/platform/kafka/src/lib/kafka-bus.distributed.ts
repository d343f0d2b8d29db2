import { eventBusContract } from '@trading/platform-messaging';
import { distributedServers } from '../../../../../tools/test/src/distributed-servers';
import { KafkaUnderTest } from '../testing/kafka-under-test';

eventBusContract('Kafka', async () => (await KafkaUnderTest.start(distributedServers().brokers)).contract());
