{{/* Frozen: a Deployment's selector can never be changed. */}}
{{- define "service.selector" -}}
app.kubernetes.io/name: {{ .Values.fullname }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "service.labels" -}}
{{ include "service.selector" . }}
app.kubernetes.io/part-of: trading
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
trading/role: {{ .Values.role }}
{{- end }}

{{- define "service.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ .Values.image.tag }}
{{- end -}}
{{- end }}

{{/* What a schema cannot compare. */}}
{{- define "service.check" -}}
{{- if and (eq .Values.tradingMode "live") (ne .Release.Namespace "trading-production") -}}
{{- fail (printf "tradingMode live belongs to the namespace trading-production; this release is in %s" .Release.Namespace) -}}
{{- end -}}
{{- with .Values.shutdown -}}
{{- if or (lt (int .preStop) (int .deregistration)) (le (int .grace) (int .preStop)) -}}
{{- fail "shutdown: expected deregistration <= preStop < grace" -}}
{{- end -}}
{{- end -}}
{{- if and .Values.autoscaling.enabled (lt (int .Values.autoscaling.maxReplicas) (int .Values.replicas)) -}}
{{- fail "autoscaling.maxReplicas: expected at least as many as replicas" -}}
{{- end -}}
{{- end }}

{{- define "service.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
fsGroupChangePolicy: OnRootMismatch
seccompProfile: { type: RuntimeDefault }
{{- end }}

{{- define "service.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
runAsNonRoot: true
capabilities: { drop: [ALL] }
{{- end }}

{{/* Variables in the order of their names, so that a release without a change has no change. */}}
{{- define "service.env" -}}
{{- if .Values.readsTradingMode }}
- name: TRADING_MODE
  value: {{ .Values.tradingMode }}
{{- end }}
{{- range $name, $from := .Values.secretVariables }}
- name: {{ $name }}
  valueFrom:
    secretKeyRef:
      name: {{ $from.secret }}
      key: {{ $from.key | quote }}
      {{- if $from.optional }}
      optional: true
      {{- end }}
{{- end }}
{{- end }}

{{- define "service.mounts" -}}
- { name: tmp, mountPath: /tmp }
{{- if .Values.modelCache.enabled }}
- { name: model-cache, mountPath: {{ .Values.modelCache.path }} }
{{- end }}
{{- if .Values.tls.enabled }}
- { name: grpc-tls, mountPath: /etc/trading/grpc-tls, readOnly: true }
{{- end }}
{{- range $name, $files := .Values.secretFiles }}
- { name: {{ $name }}, mountPath: {{ $files.path }}, readOnly: true }
{{- end }}
{{- end }}

{{- define "service.volumes" -}}
- name: tmp
  emptyDir: { sizeLimit: {{ .Values.tmp.sizeLimit }} }
{{- if .Values.modelCache.enabled }}
- name: model-cache
  emptyDir: { sizeLimit: {{ .Values.modelCache.sizeLimit }} }
{{- end }}
{{- if .Values.tls.enabled }}
- name: grpc-tls
  secret: { secretName: {{ .Values.tls.secret }}, defaultMode: 288 }
{{- end }}
{{- range $name, $files := .Values.secretFiles }}
- name: {{ $name }}
  secret:
    secretName: {{ $files.secret }}
    # 0440
    defaultMode: 288
    {{- if $files.optional }}
    optional: true
    {{- end }}
    {{- with $files.items }}
    items:
      {{- range . }}
      - { key: {{ . | quote }}, path: {{ . | quote }} }
      {{- end }}
    {{- end }}
{{- end }}
{{- end }}

{{- define "service.placement" -}}
{{- with .Values.nodes.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.nodes.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- if .Values.spread.enabled }}
topologySpreadConstraints:
  - maxSkew: 1
    topologyKey: topology.kubernetes.io/zone
    whenUnsatisfiable: {{ .Values.spread.zones }}
    nodeTaintsPolicy: Honor
    matchLabelKeys: [pod-template-hash]
    labelSelector:
      matchLabels:
        {{- include "service.selector" . | nindent 8 }}
  - maxSkew: 1
    topologyKey: kubernetes.io/hostname
    whenUnsatisfiable: ScheduleAnyway
    nodeTaintsPolicy: Honor
    matchLabelKeys: [pod-template-hash]
    labelSelector:
      matchLabels:
        {{- include "service.selector" . | nindent 8 }}
{{- end }}
{{- end }}
