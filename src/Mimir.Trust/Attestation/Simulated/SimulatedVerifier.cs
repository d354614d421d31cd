using System.Security.Cryptography;
using Mimir.Trust.Attestation.Chains;

namespace Mimir.Trust.Attestation.Simulated;

/// <summary>Verifies simulated evidence: a statement signed by one of the laboratory's own keys. Only a context for laboratories accepts the kind at all.</summary>
public static class SimulatedVerifier
{
    /// <summary>The claims, as far as they can be read; proven, as far as that goes, if nothing was added to <paramref name="findings"/>.</summary>
    public static SimulatedClaims? Verify(Evidence evidence, VerificationContext context, Findings findings)
    {
        if (SimulatedStatement.TryRead(evidence.Body) is not { } statement)
        {
            findings.Add(SimulatedRefusals.Statement, "The simulated statement is malformed.");
            return null;
        }

        var claims = new SimulatedClaims(statement);
        findings.Require(evidence.Parts.Count == 0, SimulatedRefusals.Statement, "A simulated statement has no further parts.");
        findings.Require(context.LabKeys.Any(k => k.Span.SequenceEqual(claims.LabKeySha256.Span)), SimulatedRefusals.Key, "The simulated statement is by a key that this laboratory does not know.");
        var signed = PublicKeyKinds.Of(statement.LabKey) == PublicKeyKind.P256 && PublicKeySignature.Ecdsa(
            statement.LabKey, statement.SignedMessage(), statement.Signature.Span, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        findings.Require(signed, SimulatedRefusals.Signature, "The simulated statement is not signed by the key that it names.");
        BindingCheck.ReportData(statement.ReportData.Span, context, findings);
        return claims;
    }
}
