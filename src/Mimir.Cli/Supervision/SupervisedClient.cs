using Mimir.Cli.Generation;
using Mimir.Client;
using Mimir.Client.Text;
using Mimir.Models.Files;
using Mimir.Services.Hosting;
using Mimir.Transport.Connections;
using Mimir.Transport.Protos;
using Mimir.Trust;

namespace Mimir.Cli.Supervision;

/// <summary>A further data owner in a process of its own: submits its segments; receives tokens if the session says so.</summary>
internal static class SupervisedClient
{
    /// <summary>Takes part in one session; every granted token becomes a line on standard output.</summary>
    public static async Task RunAsync(SupervisedSettings settings, RoleEnvironment environment, CancellationToken cancellation)
    {
        var directory = settings.Model ?? throw new UsageException("the client was started without a model");
        var tokenizer = ModelDirectory.OpenTokenizer(directory);
        var config = ModelDirectory.OpenConfig(directory);
        using var identity = Identity.Load(settings.Identity);
        using var anchors = TrustAnchors.Load(settings.Authority);
        var address = HostAddress.Parse(await environment.Coordinator(cancellation));
        using var client = new MimirClient(new TlsSettings { Identity = identity, Anchors = anchors }, address.Host, address.Port);
        var terms = SessionTerms.Parser.ParseFrom(Convert.FromBase64String(settings.Terms ?? ""));
        var task = new ClientTask
        {
            Terms = terms,
            Segments = settings.Segments.ToDictionary(s => s.Number, s => PromptText.Encode(tokenizer, s.Text, s.Number == 0 && terms.PublicTokens.Count == 0)),
            VocabularySize = config.VocabularySize,
            EndTokens = tokenizer.EosIds,
            StopBucket = settings.StopBucket,
            OnToken = token => SupervisedRole.Say(SupervisedRole.TokenPrefix + token),
        };
        var session = SessionId.FromBytes(Convert.FromHexString(settings.Session ?? ""));
        await client.RunAsync(session, task, cancellation);
    }
}
