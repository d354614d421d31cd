using Mimir.Trust.Attestation;

namespace Mimir.Trust.Policies;

/// <summary>One attested member of a session, as the quorum rules see it.</summary>
/// <param name="Name">How messages call it: the node's identifier.</param>
/// <param name="Role">What it is in the session.</param>
/// <param name="Operator">The organisation that runs it; the evidence does not say, whoever admits the member does.</param>
/// <param name="Verdict">What its evidence came to.</param>
public sealed record Member(string Name, Role Role, string Operator, Verdict Verdict);
