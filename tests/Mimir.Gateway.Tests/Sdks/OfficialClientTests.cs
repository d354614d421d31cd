using System.ClientModel;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Mimir.Gateway.Keys;
using Mimir.Gateway.Tests.Clusters;
using OpenAI;
using OpenAI.Chat;

namespace Mimir.Gateway.Tests.Sdks;

/// <summary>OpenAI's own clients, unmodified, with a gateway that asks for a key and a secure cluster behind it.</summary>
public sealed class OfficialClientTests(GatewayCluster cluster)
{
    private const string Prompt = "Tell me of Lily";

    [Fact]
    public async Task Of_dotnet_holds_a_streamed_chat()
    {
        var (gateway, key) = await KeyedAsync("net");
        var client = new ChatClient("stories260K", new ApiKeyCredential(key), new OpenAIClientOptions { Endpoint = new Uri(gateway.Address, "v1") });
        var options = new ChatCompletionOptions { MaxOutputTokenCount = 5, Temperature = 0, EndUserId = "somebody" };
        ChatMessage[] messages = [new SystemChatMessage("A story."), new UserChatMessage(Prompt)];
        var (text, usage, reason) = ("", (ChatTokenUsage?)null, (ChatFinishReason?)null);
        await foreach (var update in client.CompleteChatStreamingAsync(messages, options, TestContext.Current.CancellationToken))
        {
            text += string.Concat(update.ContentUpdate.Select(c => c.Text));
            usage ??= update.Usage;
            reason ??= update.FinishReason;
        }
        Assert.NotEmpty(text);
        Assert.Equal(ChatFinishReason.Length, reason);
        Assert.Equal(5, usage!.OutputTokenCount);
        ChatCompletion whole = await client.CompleteChatAsync(messages, options, TestContext.Current.CancellationToken);
        Assert.Equal(text, whole.Content[0].Text);

        var stranger = new ChatClient("stories260K", new ApiKeyCredential("mimir-00000000-wrong"), new OpenAIClientOptions { Endpoint = new Uri(gateway.Address, "v1") });
        var refused = await Assert.ThrowsAsync<ClientResultException>(async () => await stranger.CompleteChatAsync(messages, options, TestContext.Current.CancellationToken));
        Assert.Equal(401, refused.Status);
    }

    [Fact]
    public async Task Of_node_holds_a_streamed_chat()
    {
        var folder = Path.Combine(Folder(), "npm");
        if (!Directory.Exists(Path.Combine(folder, "node_modules", "openai"))) Assert.Skip($"npm openai is not installed; run npm ci in {folder}");
        if (!HasNode()) Assert.Skip("node is not installed");
        var (gateway, key) = await KeyedAsync("node");
        var start = new ProcessStartInfo("node", [Path.Combine(folder, "chat.mjs"), new Uri(gateway.Address, "v1").ToString(), key, "stories260K", Prompt]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var node = Process.Start(start)!;
        var errors = node.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await node.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await node.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(node.ExitCode == 0, await errors);
        var said = JsonDocument.Parse(output).RootElement;
        Assert.Equal("stories260K", said.Text("models", "0"));
        Assert.NotEmpty(said.Text("text"));
        Assert.Equal(("length", "5"), (said.Text("finish"), said.Text("usage", "completion_tokens")));
        Assert.Equal(("400", "temperature", "BadRequestError"), (said.Text("refusal", "status"), said.Text("refusal", "param"), said.Text("refusal", "kind")));
    }

    private async Task<(GatewayHost Gateway, string Key)> KeyedAsync(string owner)
    {
        var file = Path.Combine(Directory.CreateTempSubdirectory("mimir-test-").FullName, "keys.json");
        var (_, key) = ApiKeyFile.Add(file, "a test", TimeProvider.System.GetUtcNow());
        return (await cluster.StartAsync(owner, s => s with { KeysFile = file }), key);
    }

    private static bool HasNode() => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(d => File.Exists(Path.Combine(d, "node")));

    private static string Folder([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;
}
