using Mimir.Client.Chat;
using Mimir.Client.Text;
using Mimir.Samples;
using Mimir.Transport.Connections;
using Mimir.Trust;

if (args is not [var sample, var identities, var coordinator, var model, .. var words])
{
    Console.Error.WriteLine("""
        mimir-samples SAMPLE IDENTITIES HOST:PORT MODEL [TEXT…]
          SAMPLE      chat, streaming, agent (with the identity in IDENTITIES itself), or joint (with those in IDENTITIES/ada and IDENTITIES/ben)
          IDENTITIES  a directory with certificate and keys, and the authority's ca.pem
          MODEL       a directory with the model's config.json and tokenizer
        'mimir up' leaves an identity in ~/.local/state/mimir/client, and 'mimir status' shows the coordinator.
        """);
    return 2;
}

// A data owner: who it is, whom it trusts, where the coordinator is, which model. Weights are not needed.
using var anchors = TrustAnchors.Load(Path.Combine(identities, "ca.pem"));
var (host, port) = (coordinator[..coordinator.LastIndexOf(':')], int.Parse(coordinator[(coordinator.LastIndexOf(':') + 1)..], System.Globalization.CultureInfo.InvariantCulture));
var files = TextModel.Open(model);

if (sample == "joint")
{
    using var ada = Open("ada");
    using var ben = Open("ben");
    await JointSample.RunAsync(ada, ben, words[0], words[1]);
    return 0;
}

using var client = new MimirChatClient(Open("."));
switch (sample)
{
    case "chat": await ChatSample.RunAsync(client, words[0]); return 0;
    case "streaming": await StreamingSample.RunAsync(client, words[0]); return 0;
    case "agent": await AgentSample.RunAsync(client, words[0]); return 0;
    default: Console.Error.WriteLine($"there is no sample '{sample}'"); return 2;
}

TextOwner Open(string name) => new(new TlsSettings { Identity = Identity.Load(Path.Combine(identities, name)), Anchors = anchors }, host, port, files);
