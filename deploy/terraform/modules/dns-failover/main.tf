# Names of production. What operators read follows the health of the primary region by itself. Terminals, whose orders move
# money, go where `terminals_region` says: a person changes it once the other region is fenced off.
variable "zone_id" { type = string }
variable "domain" { type = string }
variable "primary_region" { type = string }
variable "recovery_region" { type = string }
variable "terminals_region" { type = string }
variable "alarm_topic_arn" { type = string }

resource "aws_route53_health_check" "this" {
  for_each          = toset([var.primary_region, var.recovery_region])
  type              = "HTTPS"
  fqdn              = "api.${each.key}.${var.domain}"
  port              = 443
  resource_path     = "/health"
  request_interval  = 30
  failure_threshold = 3
  enable_sni        = true
  tags              = { Name = "trading-${each.key}" }
}

resource "aws_route53_record" "api" {
  for_each        = { PRIMARY = var.primary_region, SECONDARY = var.recovery_region }
  zone_id         = var.zone_id
  name            = "api.${var.domain}"
  type            = "CNAME"
  ttl             = 60
  records         = ["api.${each.value}.${var.domain}"]
  set_identifier  = each.value
  health_check_id = aws_route53_health_check.this[each.value].id
  failover_routing_policy { type = each.key }
}

resource "aws_route53_record" "terminals" {
  zone_id = var.zone_id
  name    = "terminals.${var.domain}"
  type    = "CNAME"
  ttl     = 60
  records = ["terminals.${var.terminals_region}.${var.domain}"]
}

# Route 53 reports in one region only.
resource "aws_cloudwatch_metric_alarm" "health" {
  for_each            = aws_route53_health_check.this
  region              = "us-east-1"
  alarm_name          = "trading-health-${each.key}"
  namespace           = "AWS/Route53"
  metric_name         = "HealthCheckStatus"
  dimensions          = { HealthCheckId = each.value.id }
  statistic           = "Minimum"
  period              = 60
  evaluation_periods  = 3
  threshold           = 1
  comparison_operator = "LessThanThreshold"
  treat_missing_data  = "breaching"
  alarm_actions       = [var.alarm_topic_arn]
}
