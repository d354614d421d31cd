using Google.Protobuf;
using Mimir.Transport.Protos;
using Mimir.Transport.Sessions;
using Mimir.Trust.Revocations;

namespace Mimir.Services.Coordination;

/// <summary>Throwing members out.</summary>
internal sealed partial class Cluster
{
    /// <summary>Told of every list that comes into force, when the members are told.</summary>
    public Action Revoked { get; set; } = () => { };

    /// <summary>The revocation list in force as a message; null before the first.</summary>
    public SignedRevocations? Revocations => tls.Anchors.Revocations.Signed is { IsEmpty: false } signed ? new SignedRevocations { List = ByteString.CopyFrom(signed.Span) } : null;

    /// <summary>
    /// Takes a signed list into force: the connections of whom it names are closed here, their sessions and groups end with that reason, and everybody is told, so that they close theirs.
    /// </summary>
    /// <exception cref="RevocationRefusedException">The list is not accepted.</exception>
    /// <exception cref="IOException">It is in force everywhere, and could not be kept here for the next start.</exception>
    public void Revoke(ReadOnlyMemory<byte> signed)
    {
        // The reason goes out before connections close here: otherwise a session would end with the loss that follows from it.
        var (former, list) = (tls.Anchors.Revocations.List, RevocationCodec.Read(signed));
        Worker[] workers;
        lock (_lock) workers = [.. _workers.Values];
        if (!tls.Anchors.Accept(signed, Conclude)) return;
        log($"revocation list {list.Version} is in force: {string.Join(", ", list.Entries.Select(e => e.Value))}");
        audit.Revoked(former, list);
        var message = Revocations!;
        foreach (var worker in workers) worker.Send(new WorkerCommand { Revocations = message });
        foreach (var session in _sessions.Values) session.Tell(new InferenceEvent { Revocations = message });
        Revoked();
        tls.Anchors.Revocations.Keep();

        void Conclude()
        {
            foreach (var worker in workers)
                if (tls.Anchors.Revocations.ReasonAgainst(worker.Identity) is { } reason) Expel(worker, reason);
        }
    }

    private void Expel(Worker worker, string reason)
    {
        var message = $"{reason}. Its connections are closed; share the model again with the others.";
        foreach (var session in _sessions.Values) session.Lose(worker, message);
        foreach (var group in _groups.Values.Where(g => g.Members.Contains(worker)))
            group.Lose(new SessionFailed { Session = group.Id.ToByteString(), Kind = FailureKind.PeerLost, Message = message });
    }
}
