namespace Mimir.Trust.Attestation.Chains;

/// <summary>One extension of a certificate.</summary>
/// <param name="Oid">Dotted decimal.</param>
/// <param name="IsCritical">Whether whoever does not understand it must refuse.</param>
/// <param name="Value">Content of its OCTET STRING.</param>
public sealed record CertificateExtension(string Oid, bool IsCritical, ReadOnlyMemory<byte> Value);
