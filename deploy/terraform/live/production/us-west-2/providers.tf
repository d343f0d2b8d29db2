terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.25"
    }
  }

  # The bucket's name comes from `up.sh`; the lock is an object beside the state.
  backend "s3" {
    key          = "production/us-west-2/terraform.tfstate"
    region       = "us-west-2"
    encrypt      = true
    use_lockfile = true
  }
}

provider "aws" {
  region              = "us-west-2"
  allowed_account_ids = [var.account_id]

  default_tags {
    tags = {
      Project     = "trading"
      Environment = "production"
      ManagedBy   = "terraform"
    }
  }
}
