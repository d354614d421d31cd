using System.Security.Cryptography;
using Google.Protobuf;
using Mimir.Spdz;
using Mimir.Spdz.Programs;
using Mimir.Spdz.Sessions;
using Mimir.Transport.Protos;
using Mimir.Trust;

namespace Mimir.Transport.Sessions;

/// <summary>A session's terms and members: the description as every member received it, verified by this process.</summary>
public sealed class VerifiedSession
{
    private VerifiedSession(SessionDescriptor descriptor, byte[] bytes, TrustAnchors anchors, DateTimeOffset now)
    {
        Id = descriptor.Session.ToSessionId();
        Group = descriptor.Group.ToSessionId();
        Bytes = bytes;
        Digest = SHA256.HashData(bytes);
        Terms = descriptor.Terms;
        Plan = SessionTermsCodec.Read(descriptor.Terms);
        Active = SessionTermsCodec.IsActive(descriptor.Terms.Security);
        Parties = VerifiedWorker.ReadParties(descriptor.Parties, anchors, now);
        TripleService = VerifiedWorker.Read(descriptor.TripleService, anchors, now, Role.TripleService);
        VerifiedWorker.RequireQuorum([.. Parties, TripleService], anchors);
        Clients = descriptor.Clients.Select(c => c.Verify(anchors, now, Role.DataOwner)).ToDictionary(c => c.Name);
        if (Parties.Count != Terms.Parties) throw new MalformedMessageException($"the session is for {Terms.Parties} parties, its description names {Parties.Count}");
        if (!Clients.Keys.Order(StringComparer.Ordinal).SequenceEqual(ClientMasks.Clients(Plan)))
            throw new MalformedMessageException("the session's description does not name exactly the data owners of its terms");
    }

    /// <summary>The session.</summary>
    public SessionId Id { get; }

    /// <summary>The group whose model it runs on.</summary>
    public SessionId Group { get; }

    /// <summary>The description itself, on which all parties agree to the byte.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>SHA-256 of the description: clients and Triple Service send it with their first sealed message.</summary>
    public ReadOnlyMemory<byte> Digest { get; }

    /// <summary>What was agreed.</summary>
    public SessionTerms Terms { get; }

    /// <summary>The terms as the engine takes them.</summary>
    public SessionPlan Plan { get; }

    /// <summary>The earlier session whose rows this one begins with, or null.</summary>
    public SessionId? Prefix => Plan.ReusedRows > 0 ? Terms.PrefixSession.ToSessionId() : null;

    /// <summary>Whose rows are kept and reused: the first segment's owner.</summary>
    public PeerIdentity PrefixOwner => Clients[Plan.Segments[0].Owner];

    /// <summary>MACs on.</summary>
    public bool Active { get; }

    /// <summary>In index order.</summary>
    public IReadOnlyList<VerifiedWorker> Parties { get; }

    /// <summary>The dealer.</summary>
    public VerifiedWorker TripleService { get; }

    /// <summary>Owners and receivers by name.</summary>
    public IReadOnlyDictionary<string, PeerIdentity> Clients { get; }

    /// <summary>This party's number.</summary>
    /// <exception cref="MalformedMessageException">It is not a member.</exception>
    public int IndexOf(string party) => VerifiedWorker.IndexOf(Parties, party);

    /// <summary>
    /// Checks that the session runs on <paramref name="group"/>: same members, same layout, same level, weights encoded at the same scale.
    /// </summary>
    /// <exception cref="MalformedMessageException">It does not.</exception>
    public void RequireGroup(VerifiedGroup group)
    {
        var same = Group == group.Id && Active == group.Active && Plan.FractionBits == group.ScaleBits
            && Terms.LayoutDigest.Span.SequenceEqual(group.LayoutDigest.Span)
            && SameKey(TripleService, group.TripleService)
            && Parties.Count == group.Parties.Count && Parties.Zip(group.Parties).All(pair => SameKey(pair.First, pair.Second));
        if (!same) throw new MalformedMessageException("the session's description does not fit the model that it names");
        Plan.Validate(group.Layout, Parties.Count, Terms.MaxContext == 0 ? int.MaxValue : (int)Math.Min(Terms.MaxContext, int.MaxValue));
    }

    /// <summary>Reads and verifies a serialised SessionDescriptor, from whomever it comes.</summary>
    /// <exception cref="UntrustedPeerException">A certificate does not verify.</exception>
    /// <exception cref="MalformedMessageException">A field is missing or out of range.</exception>
    public static VerifiedSession Read(ReadOnlySpan<byte> descriptor, TrustAnchors anchors, DateTimeOffset now)
    {
        try
        {
            return new VerifiedSession(SessionDescriptor.Parser.ParseFrom(descriptor), descriptor.ToArray(), anchors, now);
        }
        catch (Exception error) when (error is InvalidProtocolBufferException or ArgumentException)
        {
            throw new MalformedMessageException($"the description of a session cannot be used: {error.Message}");
        }
    }

    private static bool SameKey(VerifiedWorker a, VerifiedWorker b) => a.Identity.SpkiSha256.Span.SequenceEqual(b.Identity.SpkiSha256.Span);
}
