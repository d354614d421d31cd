using Mimir.Spdz;
using Mimir.Transport.Connections;
using Mimir.Trust;

namespace Mimir.Transport.Meshes;

/// <summary>Connects the parties of a session with each other: of two parties the one with the lower index listens.</summary>
public static class TlsMeshBuilder
{
    /// <summary>Makes this party's links to all others, dialling and accepting at the same time.</summary>
    /// <param name="settings">Who this party is and whom it trusts.</param>
    /// <param name="listener">Its own port, the one that <paramref name="parties"/> names for it.</param>
    /// <param name="session">The session.</param>
    /// <param name="index">This party's number.</param>
    /// <param name="parties">All parties in index order.</param>
    /// <param name="deadline">How long to wait for the others.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <exception cref="ArgumentException">Fewer than two parties, a name twice, or this party is not at <paramref name="index"/>.</exception>
    /// <exception cref="PeerLostException">A party did not come in time.</exception>
    /// <exception cref="UntrustedPeerException">Somebody else is at a party's address.</exception>
    public static async Task<TlsMesh> ConnectAsync(
        TlsSettings settings, PeerListener listener, SessionId session, int index, IReadOnlyList<MeshPeer> parties, TimeSpan deadline,
        CancellationToken cancellation = default)
    {
        if (parties.Count < 2) throw new ArgumentException("A session has at least two parties.", nameof(parties));
        if (index < 0 || index >= parties.Count || parties[index].Name != settings.Identity.Name)
            throw new ArgumentException($"Party {index} of the session is not this process ({settings.Identity}).", nameof(index));
        if (parties.DistinctBy(party => party.Name).Count() != parties.Count)
            throw new ArgumentException("Two parties of the session have the same name.", nameof(parties));

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var connecting = parties.Select((party, other) => other == index
            ? Task.FromResult<PeerStream?>(null)
            : LinkAsync(other)).ToArray();
        try
        {
            await foreach (var finished in Task.WhenEach(connecting)) await finished;
            return new TlsMesh(index, [.. connecting.Select(task => task.Result)]);
        }
        catch
        {
            await stop.CancelAsync();
            await Task.WhenAll(connecting).ContinueWith(_ => { }, TaskScheduler.Default);
            foreach (var task in connecting)
                if (task.IsCompletedSuccessfully && task.Result is { } stream) await stream.DisposeAsync();
            throw;
        }

        async Task<PeerStream?> LinkAsync(int other)
        {
            var party = parties[other];
            if (other > index)
                return await listener.AcceptAsync(new AcceptFilter(Purpose.Mesh, session, Role.Party, party.Name, other, party.Key), deadline, stop.Token);
            var request = new DialRequest(party.Host, party.Port, Role.Party, party.Name, Purpose.Mesh, session, index) { RetryFor = deadline, ExpectedKey = party.Key };
            return await PeerDialer.ConnectAsync(settings, request, stop.Token);
        }
    }
}
