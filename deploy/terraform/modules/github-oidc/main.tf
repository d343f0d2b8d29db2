# What the pipeline may do, by token of GitHub: no key of it outlives a job.
variable "account_id" { type = string }
variable "repository" {
  description = "owner/name on GitHub"
  type        = string
}
variable "roles" {
  description = "By name: the subjects of tokens that may take the role on (`ref:refs/heads/main`, `environment:production`), clusters it may find, whether it pushes images."
  type        = map(object({ subjects = list(string), clusters = list(string), push = bool }))
}

resource "aws_iam_openid_connect_provider" "github" {
  url            = "https://token.actions.githubusercontent.com"
  client_id_list = ["sts.amazonaws.com"]
}

resource "aws_iam_role" "this" {
  for_each             = var.roles
  name                 = each.key
  max_session_duration = 3600
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Federated = "arn:aws:iam::${var.account_id}:oidc-provider/token.actions.githubusercontent.com" }
      Action    = "sts:AssumeRoleWithWebIdentity"
      Condition = {
        StringEquals = {
          "token.actions.githubusercontent.com:aud" = "sts.amazonaws.com"
          "token.actions.githubusercontent.com:sub" = [for subject in each.value.subjects : "repo:${var.repository}:${subject}"]
        }
      }
    }]
  })
}

resource "aws_iam_role_policy" "this" {
  for_each = var.roles
  role     = aws_iam_role.this[each.key].name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [
        { Effect = "Allow", Action = "ecr:GetAuthorizationToken", Resource = "*" },
        {
          Effect = "Allow"
          Action = concat(
            ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "ecr:DescribeImages", "ecr:BatchCheckLayerAvailability"],
            each.value.push ? ["ecr:InitiateLayerUpload", "ecr:UploadLayerPart", "ecr:CompleteLayerUpload", "ecr:PutImage"] : [],
          )
          Resource = "arn:aws:ecr:*:${var.account_id}:repository/trading/*"
        },
      ],
      length(each.value.clusters) == 0 ? [] : [{
        Effect   = "Allow"
        Action   = "eks:DescribeCluster"
        Resource = [for cluster in each.value.clusters : "arn:aws:eks:*:${var.account_id}:cluster/${cluster}"]
      }],
    )
  })
}

output "role_arns" { value = { for name, role in aws_iam_role.this : name => role.arn } }
