# The bucket that every other state lies in, copied to the recovery region. Its own state stays in a file: keep that in the
# company's safe, or import the bucket again when it is lost.
module "key" {
  source     = "../../modules/key"
  name       = "trading-state"
  region     = "us-west-2"
  account_id = var.account_id
}

module "copy_key" {
  source     = "../../modules/key"
  name       = "trading-state-copy"
  region     = "us-east-1"
  account_id = var.account_id
}

module "state" {
  source       = "../../modules/buckets"
  region       = "us-west-2"
  account_id   = var.account_id
  key_arn      = module.key.arn
  copy_region  = "us-east-1"
  copy_key_arn = module.copy_key.arn
  copy_role    = "trading-state-copy"
  buckets = {
    state = { name = "trading-terraform-${var.account_id}", lock_days = 0, noncurrent_days = 365 }
  }
}
