# A role for each service account of the cluster, given to its pods by pod identity: what it needs of AWS and no more.
variable "cluster_name" { type = string }
variable "region" { type = string }
variable "account_id" { type = string }
variable "environment" { type = string }
variable "namespace" { type = string }
variable "models_bucket" { type = string }
variable "zone_id" { type = string }
variable "model_readers" {
  description = "Service accounts that read models from their bucket."
  type        = set(string)
}

locals {
  read_models = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = "s3:ListBucket", Resource = "arn:aws:s3:::${var.models_bucket}" },
      { Effect = "Allow", Action = "s3:GetObject", Resource = "arn:aws:s3:::${var.models_bucket}/*" },
      merge(local.decrypt, { Condition = { StringEquals = { "kms:ViaService" = "s3.${var.region}.amazonaws.com" } } }),
    ]
  })

  # Of keys in this region, through one service: secrets and models of the recovery region are copies under the other key.
  decrypt = { Effect = "Allow", Action = "kms:Decrypt", Resource = "arn:aws:kms:${var.region}:${var.account_id}:key/*" }

  identities = merge(
    { for name in var.model_readers : name => { namespace = var.namespace, account = name, policy = local.read_models } },
    {
      external-secrets = {
        namespace = "external-secrets"
        account   = "external-secrets"
        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect = "Allow"
              Action = ["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"]
              Resource = [
                "arn:aws:secretsmanager:${var.region}:${var.account_id}:secret:trading/${var.environment}/*",
              ]
            },
            merge(local.decrypt, { Condition = { StringEquals = { "kms:ViaService" = "secretsmanager.${var.region}.amazonaws.com" } } }),
          ]
        })
      }
      otel-collector = {
        namespace = "monitoring"
        account   = "otel-collector"
        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [{
            Effect   = "Allow"
            Action   = ["xray:PutTraceSegments", "xray:PutTelemetryRecords", "xray:GetSamplingRules", "xray:GetSamplingTargets"]
            Resource = "*"
          }]
        })
      }
      external-dns = {
        namespace = "kube-system"
        account   = "external-dns"
        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            { Effect = "Allow", Action = "route53:ChangeResourceRecordSets", Resource = "arn:aws:route53:::hostedzone/${var.zone_id}" },
            { Effect = "Allow", Action = ["route53:ListHostedZones", "route53:ListResourceRecordSets"], Resource = "*" },
          ]
        })
      }
      cluster-autoscaler = {
        namespace = "kube-system"
        account   = "cluster-autoscaler"
        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Allow"
              Action    = ["autoscaling:SetDesiredCapacity", "autoscaling:TerminateInstanceInAutoScalingGroup"]
              Resource  = "*"
              Condition = { StringEquals = { "aws:ResourceTag/k8s.io/cluster-autoscaler/${var.cluster_name}" = "owned" } }
            },
            {
              Effect   = "Allow"
              Action   = ["autoscaling:Describe*", "ec2:Describe*", "eks:DescribeNodegroup"]
              Resource = "*"
            },
          ]
        })
      }
      # Balancers are made by the controller from Ingress and Service objects.
      load-balancer-controller = {
        namespace = "kube-system"
        account   = "aws-load-balancer-controller"
        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect   = "Allow"
              Action   = ["ec2:Describe*", "elasticloadbalancing:Describe*", "acm:ListCertificates", "acm:DescribeCertificate"]
              Resource = "*"
            },
            {
              Effect    = "Allow"
              Action    = ["elasticloadbalancing:Create*", "elasticloadbalancing:AddTags", "ec2:CreateSecurityGroup"]
              Resource  = "*"
              Condition = { StringEquals = { "aws:RequestedRegion" = var.region } }
            },
            {
              Effect   = "Allow"
              Action   = "ec2:CreateTags"
              Resource = "arn:aws:ec2:${var.region}:${var.account_id}:security-group/*"
            },
            {
              Effect = "Allow"
              Action = [
                "elasticloadbalancing:Modify*", "elasticloadbalancing:Delete*", "elasticloadbalancing:Set*",
                "elasticloadbalancing:RegisterTargets", "elasticloadbalancing:DeregisterTargets", "elasticloadbalancing:RemoveTags",
                "ec2:AuthorizeSecurityGroupIngress", "ec2:RevokeSecurityGroupIngress", "ec2:DeleteSecurityGroup",
              ]
              Resource  = "*"
              Condition = { StringEquals = { "aws:ResourceTag/elbv2.k8s.aws/cluster" = var.cluster_name } }
            },
          ]
        })
      }
    },
  )

  trust = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "pods.eks.amazonaws.com" }
      Action    = ["sts:AssumeRole", "sts:TagSession"]
      Condition = { StringEquals = { "aws:SourceAccount" = var.account_id } }
    }]
  })
}

resource "aws_iam_role" "this" {
  for_each           = local.identities
  name               = "${var.cluster_name}-${each.key}"
  assume_role_policy = local.trust
}

resource "aws_iam_role_policy" "this" {
  for_each = local.identities
  role     = aws_iam_role.this[each.key].name
  policy   = each.value.policy
}

resource "aws_eks_pod_identity_association" "this" {
  for_each        = local.identities
  cluster_name    = var.cluster_name
  namespace       = each.value.namespace
  service_account = each.value.account
  role_arn        = aws_iam_role.this[each.key].arn
}

# Volumes of the monitoring stack.
resource "aws_iam_role" "volumes" {
  name               = "${var.cluster_name}-ebs-csi"
  assume_role_policy = local.trust
}

resource "aws_iam_role_policy_attachment" "volumes" {
  role       = aws_iam_role.volumes.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AmazonEBSCSIDriverPolicy"
}

resource "aws_eks_pod_identity_association" "volumes" {
  cluster_name    = var.cluster_name
  namespace       = "kube-system"
  service_account = "ebs-csi-controller-sa"
  role_arn        = aws_iam_role.volumes.arn
}
