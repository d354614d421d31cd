using System.Security.Cryptography;
using Google.Protobuf;
using Mimir.Models.Transformers;
using Mimir.Spdz;
using Mimir.Transport.Protos;
using Mimir.Trust;

namespace Mimir.Transport.Sessions;

/// <summary>A model and those who hold it: the description as every member received it, verified by this process.</summary>
public sealed class VerifiedGroup
{
    private VerifiedGroup(GroupDescriptor descriptor, byte[] digest, TrustAnchors anchors, DateTimeOffset now)
    {
        Id = descriptor.Group.ToSessionId();
        Digest = digest;
        ModelName = descriptor.ModelName;
        Layout = ModelLayoutCodec.Read(descriptor.Layout.Span);
        LayoutDigest = SHA256.HashData(descriptor.Layout.Span);
        Active = SessionTermsCodec.IsActive(descriptor.Security);
        ScaleBits = checked((int)descriptor.ScaleBits);
        Parties = VerifiedWorker.ReadParties(descriptor.Parties, anchors, now);
        TripleService = VerifiedWorker.Read(descriptor.TripleService, anchors, now, Role.TripleService);
        VerifiedWorker.RequireQuorum([.. Parties, TripleService], anchors);
        ModelOwner = descriptor.ModelOwner.Verify(anchors, now, Role.ModelOwner);
    }

    /// <summary>Names the group and its epoch: one model, one MAC key, never reused.</summary>
    public SessionId Id { get; }

    /// <summary>SHA-256 of the description.</summary>
    public ReadOnlyMemory<byte> Digest { get; }

    /// <summary>For people.</summary>
    public string ModelName { get; }

    /// <summary>The public part of the model.</summary>
    public ModelLayout Layout { get; }

    /// <summary>SHA-256 of the layout's binary form.</summary>
    public ReadOnlyMemory<byte> LayoutDigest { get; }

    /// <summary>MACs on.</summary>
    public bool Active { get; }

    /// <summary>f, at which the weights are encoded.</summary>
    public int ScaleBits { get; }

    /// <summary>In index order.</summary>
    public IReadOnlyList<VerifiedWorker> Parties { get; }

    /// <summary>The dealer.</summary>
    public VerifiedWorker TripleService { get; }

    /// <summary>The only peer from which parties take E.</summary>
    public PeerIdentity ModelOwner { get; }

    /// <summary>This party's number.</summary>
    /// <exception cref="MalformedMessageException">It is not a member.</exception>
    public int IndexOf(string party) => VerifiedWorker.IndexOf(Parties, party);

    /// <summary>Reads and verifies a serialised GroupDescriptor, from whomever it comes.</summary>
    /// <exception cref="UntrustedPeerException">A certificate does not verify.</exception>
    /// <exception cref="MalformedMessageException">A field is missing or out of range.</exception>
    /// <exception cref="Mimir.Models.ModelFormatException">The layout is none.</exception>
    public static VerifiedGroup Read(ReadOnlySpan<byte> descriptor, TrustAnchors anchors, DateTimeOffset now)
    {
        try
        {
            return new VerifiedGroup(GroupDescriptor.Parser.ParseFrom(descriptor), SHA256.HashData(descriptor), anchors, now);
        }
        catch (Exception error) when (error is InvalidProtocolBufferException or OverflowException or ArgumentException)
        {
            throw new MalformedMessageException($"the description of a group cannot be used: {error.Message}");
        }
    }
}
