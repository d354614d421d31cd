using Mimir.Spdz.Programs;
using Mimir.Transport.Protos;
using Mimir.Transport.Sessions;
using Mimir.Trust;
using Mimir.Trust.Audit;
using Mimir.Trust.Registration;
using Mimir.Trust.Revocations;

namespace Mimir.Services.Coordination;

/// <summary>
/// What the coordinator writes into its audit log, if it keeps one. What is about to happen is written first, and does not happen when it cannot be
/// written; an end happens in any case, and nothing begins after a log has failed.
/// </summary>
internal sealed class CoordinatorAudit(IAuditLog? audit, Action<string> log)
{
    /// <summary>A worker is about to be admitted.</summary>
    /// <exception cref="InvalidOperationException">The log cannot be written.</exception>
    public void Admitting(PeerIdentity peer) => Require(new Admitted(peer.Role, peer.Name, peer.SpkiSha256)
    {
        EvidenceSha256 = peer.Attestation?.EvidenceSha256 ?? default,
        Measurement = peer.Attestation?.Measurement ?? default,
    });

    /// <summary>A worker is refused.</summary>
    public void Refused(PeerIdentity peer, AdmissionRefusal reason) => Note(new Refused(peer.Role, peer.Name, reason));

    /// <summary>A worker is refused: what to throw.</summary>
    public ArgumentException Refused(PeerIdentity peer, AdmissionRefusal reason, string message)
    {
        Refused(peer, reason);
        return new ArgumentException(message);
    }

    /// <summary>A node's registration is refused.</summary>
    public void Refused(PeerIdentity peer, RegistrationRefusedException refused) => Refused(peer, refused.Code switch
    {
        RegistrationRefusedException.Nonce => AdmissionRefusal.Replayed,
        RegistrationRefusedException.Relayed => AdmissionRefusal.Relayed,
        RegistrationRefusedException.Key => AdmissionRefusal.Key,
        RegistrationRefusedException.Policy => AdmissionRefusal.Policy,
        _ => AdmissionRefusal.Evidence,
    });

    /// <summary>A revocation list is in force; what it adds to the one before is written.</summary>
    public void Revoked(RevocationList former, RevocationList list)
    {
        foreach (var entry in list.Entries.ExceptBy(former.Entries.Select(e => (e.Kind, e.Value)), e => (e.Kind, e.Value))) Note(new Revoked(list.Version, entry.Kind, entry.Value));
    }

    /// <summary>A model is about to be shared.</summary>
    /// <exception cref="InvalidOperationException">The log cannot be written.</exception>
    public void Sharing(Group group, PeerIdentity owner) =>
        Require(new ModelShared(group.Id, owner.Name, [.. group.Parties.Select(p => p.Identity.Name)], group.LayoutDigest.Memory));

    /// <summary>A session is about to be created; with it stands what its terms reveal to whom.</summary>
    /// <exception cref="InvalidOperationException">The log cannot be written.</exception>
    public void Creating(Session session, SessionPlan plan, PeerIdentity creator)
    {
        if (audit is null) return;
        Require(new Trust.Audit.SessionCreated(session.Id, session.Group.Id, creator.Name, session.Group.Terms.Security == SecurityLevel.Active));
        foreach (var fact in Disclosures(session.Id, plan)) Require(fact);
    }

    /// <summary>A session ended in good order.</summary>
    public void Ended(SessionId session) => Note(new SessionEnded(session));

    /// <summary>A session was aborted.</summary>
    public void Aborted(SessionId session, SessionFailed failed) => Note(new SessionAborted(session, CauseOf(failed.Kind), ReporterOf(failed)));

    /// <summary>What a session of these terms reveals.</summary>
    internal static IEnumerable<Disclosed> Disclosures(SessionId session, SessionPlan plan)
    {
        for (var i = 0; i < plan.Segments.Count; i++)
        {
            var rounded = i == plan.Segments.Count - 1 && plan.Uncertain > 0;
            yield return new Disclosed(session, rounded ? DisclosedFact.RoundedSegmentLength : DisclosedFact.SegmentLength, plan.Segments[i].Owner, []);
        }
        yield return new Disclosed(session, DisclosedFact.Tokens, null, plan.Receivers);
        if (plan.LogitsToOwner) yield return new Disclosed(session, DisclosedFact.Logits, null, [plan.Receivers[0]]);
        if (plan.NoiseSeed is not null) yield return new Disclosed(session, DisclosedFact.SamplingNoise, null, []);
    }

    private static AbortCause CauseOf(FailureKind kind) => kind switch
    {
        FailureKind.Usage => AbortCause.Usage,
        FailureKind.PeerMisbehaved => AbortCause.PeerMisbehaved,
        FailureKind.PeerLost => AbortCause.PeerLost,
        _ => AbortCause.Failed,
    };

    private static string? ReporterOf(SessionFailed failed) =>
        failed.Reporter is { } peer && RoleOf(peer.Role) is { } role && PeerName.IsValid(peer.Name) ? AuditText.Peer(role, peer.Name) : null;

    private static Role? RoleOf(PeerRole role) => Enum.IsDefined((Role)(int)role) ? (Role)(int)role : null;

    private void Require(AuditEvent entry)
    {
        try
        {
            audit?.Append(entry);
        }
        catch (AuditLogException error)
        {
            log(error.Message);
            throw new InvalidOperationException("the coordinator cannot write its audit log, so nothing new begins; tell its operator");
        }
    }

    private void Note(AuditEvent entry)
    {
        try
        {
            audit?.Append(entry);
        }
        catch (AuditLogException error)
        {
            log(error.Message);
        }
    }
}
