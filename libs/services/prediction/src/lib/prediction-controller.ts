import { Controller } from '@nestjs/common';
import { GrpcMethod } from '@nestjs/microservices';
import type { prediction } from '@trading/contracts';
import { PredictionUseCases } from './prediction-service';

/** The gRPC door of prediction. */
@Controller()
export class PredictionController {
  constructor(private readonly useCases: PredictionUseCases) {}

  @GrpcMethod('PredictionService', 'GetPrediction')
  getPrediction(request: prediction.GetPredictionRequest): Promise<prediction.Prediction> {
    return this.useCases.getPrediction(request);
  }

  @GrpcMethod('PredictionService', 'ListModels')
  listModels(): Promise<prediction.ListModelsResponse> {
    return this.useCases.listModels();
  }
}
