# InfluxDB on one machine with a volume of its own, which AWS Backup copies every day.
variable "name" { type = string }
variable "region" { type = string }
variable "account_id" { type = string }
variable "instance_type" { type = string }
variable "root_gib" { type = number }
variable "data_gib" { type = number }
variable "zone" { type = string }
variable "vpc_id" { type = string }
variable "subnet_id" { type = string }
variable "client_security_group_id" { type = string }
variable "key_arn" { type = string }
variable "secret_name" {
  description = "Secret with password and token, which the machine reads when it starts for the first time."
  type        = string
}

data "aws_ssm_parameter" "image" {
  name = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
}

resource "aws_iam_role" "this" {
  name = "${var.name}-influxdb-${var.region}"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { Service = "ec2.amazonaws.com" }, Action = "sts:AssumeRole" }]
  })
}

resource "aws_iam_role_policy_attachment" "session" {
  role       = aws_iam_role.this.name
  policy_arn = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"
}

resource "aws_iam_role_policy" "secret" {
  role = aws_iam_role.this.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = "secretsmanager:GetSecretValue", Resource = "arn:aws:secretsmanager:${var.region}:${var.account_id}:secret:${var.secret_name}-??????" },
      { Effect = "Allow", Action = "kms:Decrypt", Resource = var.key_arn },
    ]
  })
}

resource "aws_iam_instance_profile" "this" {
  name = aws_iam_role.this.name
  role = aws_iam_role.this.name
}

resource "aws_security_group" "this" {
  name        = "${var.name}-influxdb"
  description = "InfluxDB"
  vpc_id      = var.vpc_id
}

resource "aws_vpc_security_group_ingress_rule" "this" {
  security_group_id            = aws_security_group.this.id
  description                  = "InfluxDB from the cluster"
  referenced_security_group_id = var.client_security_group_id
  ip_protocol                  = "tcp"
  from_port                    = 8086
  to_port                      = 8086
}

# Packages, secrets and session manager: HTTPS only.
resource "aws_vpc_security_group_egress_rule" "this" {
  security_group_id = aws_security_group.this.id
  description       = "HTTPS"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}

resource "aws_ebs_volume" "data" {
  availability_zone = var.zone
  size              = var.data_gib
  type              = "gp3"
  encrypted         = true
  kms_key_id        = var.key_arn
  tags              = { Name = "${var.name}-influxdb-data", Backup = "daily" }

  lifecycle { prevent_destroy = true }
}

resource "aws_instance" "this" {
  ami                     = data.aws_ssm_parameter.image.value
  instance_type           = var.instance_type
  subnet_id               = var.subnet_id
  vpc_security_group_ids  = [aws_security_group.this.id]
  iam_instance_profile    = aws_iam_instance_profile.this.name
  disable_api_termination = true
  monitoring              = true

  user_data = templatefile("${path.module}/init.sh.tftpl", { region = var.region, secret = var.secret_name })

  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }

  root_block_device {
    volume_type = "gp3"
    volume_size = var.root_gib
    encrypted   = true
    kms_key_id  = var.key_arn
  }

  tags = { Name = "${var.name}-influxdb" }

  lifecycle { ignore_changes = [ami, user_data] }
}

resource "aws_volume_attachment" "data" {
  device_name = "/dev/sdf"
  volume_id   = aws_ebs_volume.data.id
  instance_id = aws_instance.this.id
}

output "address" { value = aws_instance.this.private_dns }
output "instance_id" { value = aws_instance.this.id }
