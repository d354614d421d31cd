using Google.Protobuf;
using Mimir.Spdz;
using Mimir.Transport.Protos;
using Mimir.Trust;
using Mimir.Trust.Sealing;

namespace Mimir.Transport.Sessions;

/// <summary>
/// Seals and opens this process's envelopes of one session and counts them: each opens once, in order, from the peer that it names, and in
/// this session only. Thread-safe.
/// </summary>
public sealed class SealedRoutes(Identity self, SessionId session)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(SealPurpose, Role, string), ulong> _sent = [];
    private readonly Dictionary<(SealPurpose, Role, string), ulong> _received = [];

    /// <summary>Seals <paramref name="plaintext"/> for <paramref name="recipient"/> under the next sequence number. About 0.3 ms.</summary>
    public SealedEnvelope Seal(PeerIdentity recipient, SealPurpose purpose, ReadOnlySpan<byte> plaintext)
    {
        var sequence = Next(_sent, (purpose, recipient.Role, recipient.Name));
        return new SealedEnvelope
        {
            Session = session.ToByteString(),
            Sender = self.ToRef(),
            Recipient = recipient.ToRef(),
            Sequence = sequence,
            Purpose = purpose,
            Sealed = ByteString.CopyFrom(SealedMessage.Seal(self, recipient, Context(purpose, sequence), plaintext)),
        };
    }

    /// <summary>Opens what <paramref name="sender"/> sealed for this process.</summary>
    /// <exception cref="MalformedMessageException">It is for or from somebody else, of another session, out of order, or damaged.</exception>
    public byte[] Open(PeerIdentity sender, SealedEnvelope envelope)
    {
        if (!envelope.Session.Span.SequenceEqual(session.ToBytes()) || !envelope.Sender.Names(sender) || envelope.Recipient is not { } to
            || to.Role != (PeerRole)self.Role || to.Name != self.Name)
            throw new MalformedMessageException($"a sealed message was delivered to {self} that is not addressed to it");
        var expected = Next(_received, (envelope.Purpose, sender.Role, sender.Name));
        if (envelope.Sequence != expected)
            throw new MalformedMessageException($"sealed message {envelope.Sequence} of {sender} came where number {expected} is due: lost, replayed or out of order");
        try
        {
            return SealedMessage.Open(self, sender, Context(envelope.Purpose, expected), envelope.Sealed.Span);
        }
        catch (SealBrokenException error)
        {
            throw new MalformedMessageException(error.Message);
        }
    }

    private SealContext Context(SealPurpose purpose, ulong sequence) => new(Name(purpose), session, sequence);

    private static string Name(SealPurpose purpose) => purpose switch
    {
        SealPurpose.Input => "mimir input v1",
        SealPurpose.Output => "mimir output v1",
        SealPurpose.Masks => "mimir masks v1",
        SealPurpose.Ready => "mimir ready v1",
        SealPurpose.Proof => "mimir mask proof v1",
        SealPurpose.Stop => "mimir stop v1",
        SealPurpose.ModelMask => "mimir model mask v1",
        _ => throw new MalformedMessageException("a sealed message has no purpose that this version knows"),
    };

    private ulong Next(Dictionary<(SealPurpose, Role, string), ulong> counters, (SealPurpose, Role, string) key)
    {
        lock (_lock)
        {
            counters.TryGetValue(key, out var next);
            counters[key] = next + 1;
            return next;
        }
    }
}
