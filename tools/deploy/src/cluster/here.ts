/** A file of the control plane, as a test's name says what it needs. */
const NEEDED = `${process.env['KUBEBUILDER_ASSETS'] ?? '$KUBEBUILDER_ASSETS'}/kube-apiserver`;

/** Whether there is a control plane to start, and the words for the name of a test that needs it. */
export const hasControlPlane = process.env['KUBEBUILDER_ASSETS'] !== undefined;
export const needsControlPlane = `(needs ${NEEDED})`;
