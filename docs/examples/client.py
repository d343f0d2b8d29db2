"""A trading tool of your own in Python, without any generated code: the services describe themselves by reflection.

    pip install grpcio grpcio-reflection
    python docs/examples/client.py [data folder]

Does what client.mjs does: lists what an account holds, sends an operator's order while the account is halted and again
when it is enabled, follows its events and asks why it came out as it did.
"""

import json
import re
import sys
import uuid
from pathlib import Path

import grpc
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.json_format import MessageToDict, ParseDict
from google.protobuf.message_factory import GetMessageClass
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase


class Service:
    """Calls the methods of a gRPC service with plain dictionaries, in the JSON form of protobuf."""

    def __init__(self, channel, pool, name, metadata):
        self._channel, self._metadata = channel, metadata
        self._methods = pool.FindServiceByName(name).methods_by_name

    def _bind(self, method, kind):
        descriptor = self._methods[method]
        answer = GetMessageClass(descriptor.output_type)
        path = f"/{descriptor.containing_service.full_name}/{method}"
        stub = getattr(self._channel, kind)(
            path, request_serializer=lambda m: m.SerializeToString(), response_deserializer=answer.FromString
        )
        return stub, GetMessageClass(descriptor.input_type)

    def call(self, method, **request):
        stub, message = self._bind(method, "unary_unary")
        return as_dict(stub(ParseDict(request, message()), metadata=self._metadata, timeout=10))

    def stream(self, method, **request):
        """Yields the messages of a stream; closing the generator ends the stream."""
        stub, message = self._bind(method, "unary_stream")
        messages = stub(ParseDict(request, message()), metadata=self._metadata)
        try:
            for each in messages:
                yield as_dict(each)
        finally:
            messages.cancel()


def as_dict(message):
    return MessageToDict(message, always_print_fields_with_no_presence=True)


def main(data_dir):
    # A running system says where it is in its data folder.
    endpoints = json.loads((data_dir / "endpoints.json").read_text())
    account = endpoints["accounts"][0]
    # Reading is open to this machine; what changes something needs the operator's token.
    token = Path(endpoints["operatorTokenFile"]).read_text().strip()
    metadata = [("authorization", f"Bearer {token}")]

    with grpc.insecure_channel(endpoints["grpc"]) as channel:
        pool = DescriptorPool(ProtoReflectionDescriptorDatabase(channel))
        execution = Service(channel, pool, "trading.execution.v1.ExecutionService", metadata)
        risk = Service(channel, pool, "trading.risk.v1.RiskManagerService", metadata)
        decision = Service(channel, pool, "trading.decision.v1.DecisionService", metadata)
        prediction = Service(channel, pool, "trading.prediction.v1.PredictionService", metadata)

        def set_trading_state(state):
            answer = risk.call("SetTradingState", accountId=account, state=state, reason="shown by the example client")
            print(f"state: {answer['accounts'][0]['state']}")

        def buy(symbol, lots, stop_loss):
            # The client order id makes it idempotent: sent again after a lost answer, the same id never orders twice.
            order = execution.call(
                "SubmitOrder",
                order={
                    "coid": f"op-{uuid.uuid4().hex[:18]}",
                    "accountId": account,
                    "symbol": symbol,
                    "side": "SIDE_BUY",
                    "type": "ORDER_TYPE_MARKET",
                    "volumeLots": lots,
                    "stopLoss": stop_loss,
                    "timeInForce": "TIME_IN_FORCE_IOC",
                    "origin": "ORIGIN_OPERATOR",
                },
            )["order"]
            print(f"order: {order['request']['coid']} {order['state']} {order['code']} {order['message']}".rstrip())
            return order["request"]["coid"]

        def follow(coid, after_seq):
            for event in execution.stream("StreamOrderEvents", accountId=account, afterSeq=after_seq):
                if event["coid"] != coid:
                    continue
                fill = event.get("fill")
                print(
                    f"event {event['seq']}: {event['kind']}"
                    + (f" {fill['volumeLots']} at {fill['price']}" if fill else "")
                )
                if re.search("FILLED|REJECTED|DENIED|CANCELED|EXPIRED", event["kind"]):
                    return

        def show_positions():
            positions = execution.call("ListPositions", accountId=account)["positions"]
            for each in positions:
                print(
                    f"position: {each['symbol']} {each['volumeLots']} lots at {each['averagePrice']}, "
                    f"unrealised {each['unrealised']}"
                )
            if not positions:
                print("position: none")

        state = next(a for a in execution.call("ListAccounts")["accounts"] if a["accountId"] == account)
        strategy = decision.call("ListStrategies")["strategies"][0]
        symbol, timeframe = strategy["symbol"], strategy["timeframe"]
        print(f"account: {account}, balance {state['balance']} {state['currency']}, equity {state['equity']}")
        show_positions()

        # The limits of a paper account bound the loss of one trade, so that an order needs a stop loss.
        last = prediction.call("GetPrediction", accountId=account, symbol=symbol, timeframe=timeframe)
        stop_loss = f"{last['lastBid'] * 0.9:.2f}"
        set_trading_state("TRADING_STATE_HALTED")
        buy(symbol, "1", stop_loss)
        set_trading_state("TRADING_STATE_ACTIVE")
        coid = buy(symbol, "1", stop_loss)
        follow(coid, state["lastSeq"])
        show_positions()

        story = decision.call("Explain", accountId=account, id=coid)
        for check in story["orders"][0]["checks"]:
            print(
                f"check: {'passed' if check['passed'] else 'FAILED'} {check['code']} "
                f"observed {check['observed'] or '-'} limit {check['limit'] or '-'}"
            )
        for fill in story["fills"]:
            print(f"fill: deal {fill['fillId']} at {fill['price']}, commission {fill['commission']}")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else ".data"))
