using Mimir.Cli.Demo;
using Mimir.Client;
using Mimir.Client.Joint;
using Mimir.Client.Text;
using Mimir.EndToEnd.Tests.Processes;
using Mimir.Transport.Connections;
using Mimir.Trust;

namespace Mimir.EndToEnd.Tests.Clients;

/// <summary>Two data owners bring one part of the prompt each to a session of a real cluster.</summary>
public sealed class JointSessionTests
{
    [Fact]
    public async Task Two_owners_prompts_make_one_and_only_the_receiver_gets_the_text()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var (_, prompt, greedy) = SharedModel.Expected(0);
        await using var cluster = await LocalCluster.StartAsync(
            new LocalClusterOptions { Executable = MimirProcess.Executable, Model = SharedModel.Directory }, _ => { }, cancellation);
        var model = TextModel.Open(SharedModel.Directory);
        using var ada = new TextOwner(cluster.Issue(Role.DataOwner, "ada"), cluster.Coordinator.Host, cluster.Coordinator.Port, model);
        using var ben = new TextOwner(cluster.Issue(Role.DataOwner, "ben"), cluster.Coordinator.Host, cluster.Coordinator.Port, model);
        using var eve = new TextOwner(cluster.Issue(Role.DataOwner, "eve"), cluster.Coordinator.Host, cluster.Coordinator.Port, model);
        var cut = prompt.Length / 2;
        var terms = new JointTerms
        {
            Parts = [new("ada", cut), new("ben", prompt.Length - cut + 3)],
            Receivers = ["ben"],
            Options = new GenerationOptions { MaxTokens = 6 },
        };

        await Assert.ThrowsAsync<ArgumentException>(() => JointSession.OfferAsync(eve, terms, cancellation));
        var offered = await JointSession.OfferAsync(ada, terms, cancellation);
        var token = offered.Offer.ToToken();
        Assert.Throws<ArgumentException>(() => JointSession.Accept(eve, JointOffer.Parse(token)));
        var accepted = JointSession.Accept(ben, JointOffer.Parse(token));
        Assert.Equal([1], accepted.OwnParts);
        Assert.True(accepted.Receives);
        Assert.False(offered.Receives);
        var wrong = Assert.Throws<ArgumentException>(() => offered.RunTokens([prompt[..(cut - 1)]], cancellation));
        Assert.Contains($"exactly {cut} tokens", wrong.Message, StringComparison.Ordinal);

        await using var first = offered.RunTokens([prompt[..cut]], cancellation);
        await using var second = accepted.RunTokens([prompt[cut..]], cancellation);
        var text = "";
        await foreach (var piece in second.Pieces) text += piece.Text;
        Assert.Equal(greedy[..6], (await second.Completion).Generation.Tokens);
        Assert.Equal((await second.Completion).Text, text);
        var blind = await first.Completion;
        Assert.Empty(blind.Generation.Tokens);
        Assert.Equal("", blind.Text);
    }
}
