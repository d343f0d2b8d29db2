import { eventBusContract } from '@trading/platform-messaging';
import { KafkaUnderTest } from '../testing/kafka-under-test';

const brokers = (process.env['TEST_KAFKA_BROKERS'] ?? '').split(',');

eventBusContract('Kafka', async () => (await KafkaUnderTest.start(brokers)).contract());
