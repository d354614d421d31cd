using Microsoft.Extensions.AI;
using Mimir.Cli.Demo;
using Mimir.Client;
using Mimir.Client.Chat;
using Mimir.Client.Text;
using Mimir.EndToEnd.Tests.Processes;
using Mimir.Trust;
using ChatMessage = Microsoft.Extensions.AI.ChatMessage;

namespace Mimir.EndToEnd.Tests.Clients;

/// <summary>A real cluster behind Microsoft.Extensions.AI.</summary>
public sealed class ChatClientTests
{
    [Fact]
    public async Task Answers_stream_end_are_counted_and_can_be_cancelled()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var cluster = await LocalCluster.StartAsync(
            new LocalClusterOptions { Executable = MimirProcess.Executable, Model = SharedModel.Directory }, _ => { }, cancellation);
        var model = TextModel.Open(SharedModel.Directory, "stories");
        var owner = new TextOwner(cluster.Issue(Role.DataOwner, "ada"), cluster.Coordinator.Host, cluster.Coordinator.Port, model);
        using var client = new MimirChatClient(owner, new GenerationOptions { MaxTokens = 8 });
        ChatMessage[] question = [new(ChatRole.System, "You tell tales."), new(ChatRole.User, "Who was Lily?")];
        var prompt = ChatPrompt.Of(model, null, [new Models.Templates.ChatMessage("system", "You tell tales."), new Models.Templates.ChatMessage("user", "Who was Lily?")]);

        // The same prompt on the same greedy terms by the text interface gives the same tokens.
        var whole = await client.GetResponseAsync(question, null, cancellation);
        await using (var run = owner.Start(new TextRequest { Prompt = prompt.Tokens, Options = new GenerationOptions { MaxTokens = 8 } }, cancellation))
            Assert.Equal((await run.Completion).Text, whole.Text);
        Assert.Equal(ChatFinishReason.Length, whole.FinishReason);
        Assert.Equal((prompt.Tokens.Count, 8L), ((int)whole.Usage!.InputTokenCount!, whole.Usage.OutputTokenCount));
        Assert.Equal("stories", whole.ModelId);

        var updates = new List<ChatResponseUpdate>();
        await foreach (var update in client.GetStreamingResponseAsync(question, new ChatOptions { Temperature = 0, MaxOutputTokens = 6, ModelId = "stories" }, cancellation)) updates.Add(update);
        Assert.True(updates.Count > 3, "the answer came in one piece");
        var streamed = updates.ToChatResponse();
        Assert.StartsWith(streamed.Text, whole.Text, StringComparison.Ordinal);
        Assert.Equal((6L, ChatFinishReason.Length), (streamed.Usage!.OutputTokenCount, streamed.FinishReason));
        Assert.Single(streamed.Messages);

        var cut = whole.Text[1..4];
        var stopped = await client.GetResponseAsync(question, new ChatOptions { StopSequences = [cut] }, cancellation);
        Assert.Equal((whole.Text[..1], ChatFinishReason.Stop), (stopped.Text, stopped.FinishReason));

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var heard = 0;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in client.GetStreamingResponseAsync(question, new ChatOptions { MaxOutputTokens = 150 }, stop.Token))
                if (++heard == 2) await stop.CancelAsync();
        });
        Assert.InRange(heard, 2, 20);
        // The session is over for everybody: there is room for eight more at once, and the cluster lives.
        var more = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => client.GetResponseAsync(question, new ChatOptions { MaxOutputTokens = 2 }, cancellation)));
        Assert.All(more, m => Assert.Equal(2L, m.Usage!.OutputTokenCount));
        Assert.Same(owner, client.GetService(typeof(TextOwner)));
        Assert.Equal("stories", ((ChatClientMetadata)client.GetService(typeof(ChatClientMetadata))!).DefaultModelId);
    }
}
